import type { Account } from "./account.js";
import { textOf, type Answer } from "./answer-text.js";
import type { Asked } from "./asked.js";
import type { PreparedModel } from "./prepared-model.js";
import { scoreRows } from "./score-row.js";
import type { ServedModel } from "./served-model.js";

export interface MicroBatchParts {
  readonly choose: (asked: Asked, features: unknown) => ServedModel;
  readonly prepare: (served: ServedModel) => PreparedModel;
  readonly account: Account;
  /** The answer of one row by itself; throws what is wrong with it, once that is told. */
  readonly alone: (served: ServedModel, asked: Asked, features: unknown) => Answer;
}

export interface MicroBatchOptions {
  /** A batch has no more rows. */
  readonly rows: number;
  /** How long its first row waits for others; 0: until all requests that have arrived are read. */
  readonly ms: number;
  /** Whether rows of this version take less time as a table. */
  isWorth(served: ServedModel): boolean;
}

/** Answers one row, a moment later; undefined: it is to be answered by itself, at once. */
export type MicroBatches = (asked: Asked, features: unknown) => Promise<string> | undefined;

interface Waiting {
  readonly asked: Asked;
  readonly features: unknown;
  readonly began: number;
  resolve(text: string): void;
  reject(error: unknown): void;
}

type Queues = Map<ServedModel, Waiting[]>;

/**
 * Rows of requests that come at the same time are scored as one table. Which version answers a row is decided when it comes,
 * and a table has rows of one version only, so a version that takes over in between changes nothing for those that wait.
 */
export function openMicroBatches(parts: MicroBatchParts, { rows: most, ms, isWorth }: MicroBatchOptions): MicroBatches {
  const plain: Queues = new Map();
  const withProbabilities: Queues = new Map();

  function join(queues: Queues, served: ServedModel, one: Waiting): void {
    const queue = queues.get(served);
    if (queue === undefined) return open(queues, served, [one]);
    queue.push(one);
    if (queue.length >= most) flush(queues, served, queue);
  }

  function open(queues: Queues, served: ServedModel, queue: Waiting[]): void {
    queues.set(served, queue);
    if (ms === 0) setImmediate(flush, queues, served, queue);
    else setTimeout(flush, ms, queues, served, queue);
  }

  /** A queue that was full before its time was flushed then, and another one has its place. */
  function flush(queues: Queues, served: ServedModel, queue: Waiting[]): void {
    if (queues.get(served) !== queue) return;
    queues.delete(served);
    answerAll(parts, served, queue);
  }

  return (asked, features) => {
    const served = asked.explain === true ? undefined : chosen(parts, asked, features);
    if (served === undefined || !isWorth(served)) return undefined;
    const queues = asked.probabilities === true ? withProbabilities : plain;
    const began = performance.now();
    return new Promise((resolve, reject) => join(queues, served, { asked, features, began, resolve, reject }));
  };
}

/** Where nobody can answer, the way without batches says why. */
function chosen({ choose }: MicroBatchParts, asked: Asked, features: unknown): ServedModel | undefined {
  try {
    return choose(asked, features);
  } catch {
    return undefined;
  }
}

function answerAll(parts: MicroBatchParts, served: ServedModel, queue: readonly Waiting[]): void {
  const answers = together(parts, served, queue);
  queue.forEach(({ asked, features, began, resolve, reject }, place) => {
    try {
      const answer = answers?.[place] ?? parts.alone(served, asked, features);
      if (answers !== undefined) parts.account.answered(asked, answer, features, performance.now() - began);
      resolve(textOf(answer));
    } catch (error) {
      reject(error);
    }
  });
}

/** Undefined where a row is wrong: then each is answered or refused by itself. */
function together({ prepare }: MicroBatchParts, served: ServedModel, queue: readonly Waiting[]): Answer[] | undefined {
  if (queue.length === 1) return undefined;
  const { probabilities } = queue[0]!.asked;
  try {
    return scoreRows(
      prepare(served),
      { probabilities },
      queue.map(({ features }) => features),
    );
  } catch {
    return undefined;
  }
}
