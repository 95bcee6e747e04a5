import { Worker } from "node:worker_threads";
import type { Observation } from "../served-model.js";
import { openShadowLabels } from "./shadow-labels.js";
import type { ShadowAnswers, ShadowBatch } from "./shadow-thread.js";

/** A version that gets the requests of another one and whose answers nobody sees. */
export interface Shadow {
  /** Takes a row for later, or drops it where too many wait already. `id` is that of the answer that its caller got. */
  mirror(features: unknown, id: string): void;
  /** The true label of an answer has come. */
  label(id: string, label: string): void;
  stop(): Promise<void>;
}

export interface ShadowOptions {
  bytes: Uint8Array;
  /** How many rows may wait. */
  limit: number;
  observe(observation: Observation): void;
  /** Whether the shadow said what turned out to be true. */
  labelled(right: boolean): void;
  dropped(): void;
  /** The thread ended by itself: nothing is mirrored any more. */
  failed(error: Error): void;
}

interface Mirrored {
  readonly features: unknown;
  readonly id: string;
}

/** Both from src/ and from dist/ this is the compiled thread: a thread can't load TypeScript. */
const thread = new URL("../../dist/rollout/shadow-thread.js", import.meta.url);

/** So many rows go over at a time: copying them takes the requests' thread well under a millisecond. */
const BATCH_ROWS = 256;
const SEND_EVERY_MS = 5;

export function openShadow({ bytes, limit, observe, labelled, dropped, failed }: ShadowOptions): Shadow {
  const worker = new Worker(thread, { workerData: bytes });
  worker.unref();
  const labels = openShadowLabels(labelled);
  let waiting: Mirrored[] = [];
  let away: Mirrored[] = [];
  let timer: NodeJS.Timeout | undefined;

  function send(): void {
    timer = undefined;
    away = waiting.splice(0, BATCH_ROWS);
    if (away.length > 0) worker.postMessage({ rows: away.map(({ features }) => features) } satisfies ShadowBatch);
  }

  function take({ milliseconds, predictions }: ShadowAnswers): void {
    const asked = away;
    away = [];
    predictions.forEach((prediction, row) => {
      observe({ milliseconds: milliseconds[row]!, failed: prediction === undefined, prediction });
      if (prediction !== undefined) labels.answered(asked[row]!.id, prediction);
    });
    if (waiting.length > 0) send();
  }

  /** One batch is with the thread at a time; the next goes when that one is back, and none within a request. */
  const later = () => {
    if (timer === undefined && away.length === 0) timer = setTimeout(send, SEND_EVERY_MS).unref();
  };

  worker.on("message", take);
  worker.on("error", (error) => {
    waiting = [];
    limit = 0;
    failed(error as Error);
  });

  return {
    label: labels.label,
    mirror(features, id) {
      if (waiting.length + away.length >= limit) return dropped();
      waiting.push({ features, id });
      later();
    },
    async stop() {
      clearTimeout(timer);
      await worker.terminate();
    },
  };
}
