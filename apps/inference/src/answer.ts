import type { PredictResponse } from "@millrace/contracts";
import { HttpProblem, type Clock } from "@millrace/service";
import { openAccount, type Account } from "./account.js";
import { responseOf, textOf, textOfMany, type Answer } from "./answer-text.js";
import type { Asked } from "./asked.js";
import { openModelChoice } from "./choose-model.js";
import type { PredictionMetrics } from "./metrics.js";
import { openMicroBatches, type MicroBatches, type MicroBatchOptions } from "./micro-batches.js";
import type { PredictionLog } from "./prediction-log/prediction-log.js";
import { openPreparedModels, type PreparedModel } from "./prepared-model.js";
import { MOST_PROBLEMS, rowProblem, rowsProblem } from "./row-problem.js";
import { readAllAnew, readAnew } from "./read-anew.js";
import { scoreRow, scoreRows } from "./score-row.js";
import type { ServedModel } from "./served-model.js";
import type { Serving } from "./serving.js";

/** The one way to a prediction: chooses the version, checks the row, predicts, counts, observes and logs. */
export interface Answerer {
  one(asked: Asked, features: unknown): PredictResponse;
  /** What JSON.stringify makes of `one`. */
  oneText(asked: Asked, features: unknown): string;
  /** The same where rows that come at the same time are scored together; undefined: this one is not. */
  oneSoon?: MicroBatches;
  /** All rows, answered by one version; where a row is wrong none is answered, and the problem points at each wrong field. */
  many(asked: Asked, rows: readonly unknown[]): PredictResponse[];
  /** The same as JSON: which version answered is said once for all rows. */
  manyText(asked: Asked, rows: readonly unknown[]): string;
  /** Rows that come one after the other, answered by one version however long it takes. A wrong row throws, the next can come. */
  rows(asked: Asked): RowAnswerer;
  /** Counts and logs a request that was refused before it came to a row; told again of one that it knows, it does nothing. */
  refused(asked: Asked, error: unknown): void;
}

export interface RowAnswerer {
  readonly served: ServedModel;
  row(features: unknown): PredictResponse;
}

export interface AnswererParts {
  serving: Serving;
  metrics: PredictionMetrics;
  clock: Clock;
  /** Unset: nothing is logged. */
  log?: PredictionLog;
  defaultModel?: string;
  /** Unset: each row is answered by itself. */
  batches?: MicroBatchOptions;
}

interface Parts {
  readonly choose: (asked: Asked, features: unknown) => ServedModel;
  readonly prepare: (served: ServedModel) => PreparedModel;
  readonly account: Account;
}

export function openAnswerer({ serving, metrics, clock, log, defaultModel, batches }: AnswererParts): Answerer {
  const parts: Parts = {
    choose: openModelChoice(serving, defaultModel),
    prepare: openPreparedModels(metrics),
    account: openAccount({ serving, metrics, clock, log, defaultModel }),
  };
  const alone = (served: ServedModel, asked: Asked, features: unknown) =>
    answerOne({ ...parts, choose: () => served }, asked, features);
  return {
    ...(batches !== undefined && { oneSoon: openMicroBatches({ ...parts, alone }, batches) }),
    one: (asked, features) => responseOf(answerOne(parts, asked, features)),
    oneText: (asked, features) => textOf(answerOne(parts, asked, features)),
    many: (asked, rows) => answerMany(parts, asked, rows).map(responseOf),
    manyText: (asked, rows) => textOfMany(answerMany(parts, asked, rows)),
    rows: (asked) => answerRows(parts, asked),
    refused: (asked, error) => parts.account.refused(asked, error, { began: performance.now() }),
  };
}

function answerOne(parts: Parts, asked: Asked, features: unknown): Answer {
  const { choose, prepare, account } = parts;
  const began = performance.now();
  let served: ServedModel | undefined;
  try {
    served = choose(asked, features);
    const answer = scoreRow(prepare(served), asked, features);
    account.answered(asked, answer, features, performance.now() - began);
    return answer;
  } catch (thrown) {
    const read = served && readAnew(served, features, thrown);
    if (read !== undefined) return answerOne(parts, asked, read);
    const error = rowProblem(thrown, asked.at ?? "/features");
    account.refused(asked, error, { began, served, features });
    throw error;
  }
}

function answerMany(parts: Parts, asked: Asked, rows: readonly unknown[]): Answer[] {
  const { choose, prepare, account } = parts;
  const began = performance.now();
  let served: ServedModel | undefined;
  try {
    served = choose(asked, rows[0]);
    const answers = scoreAll(prepare(served), asked, rows);
    const each = (performance.now() - began) / rows.length;
    answers.forEach((answer, index) => account.answered(asked, answer, rows[index], each));
    return answers;
  } catch (error) {
    const read = served && readAllAnew(served, rows, error);
    if (read !== undefined) return answerMany(parts, asked, read);
    account.refused(asked, error, { began, served });
    throw error;
  }
}

/** Nothing is told of any row before all of them are known to be sound. */
function scoreAll(by: PreparedModel, asked: Asked, rows: readonly unknown[]): Answer[] {
  try {
    return scoreRows(by, asked, rows);
  } catch (thrown) {
    throw problemsIn(by, asked, rows) ?? thrown;
  }
}

/** Goes through the rows one by one, to say of each what is wrong with it. */
function problemsIn(by: PreparedModel, asked: Asked, rows: readonly unknown[]): HttpProblem | undefined {
  const problems: HttpProblem[] = [];
  for (let index = 0; index < rows.length && problems.length < MOST_PROBLEMS; index++) {
    try {
      scoreRow(by, asked, rows[index]);
    } catch (thrown) {
      const problem = rowProblem(thrown, `${asked.at ?? "/instances"}/${index}`);
      if (!(problem instanceof HttpProblem) || problem.status !== 422) return undefined;
      problems.push(problem);
    }
  }
  return problems.length > 0 ? rowsProblem(problems) : undefined;
}

function answerRows({ choose, prepare, account }: Parts, asked: Asked): RowAnswerer {
  const served = choose(asked, undefined);
  const by = prepare(served);
  function row(features: unknown): PredictResponse {
    const began = performance.now();
    try {
      const answer = scoreRow(by, asked, features);
      account.answered(asked, answer, features, performance.now() - began);
      return responseOf(answer);
    } catch (thrown) {
      const read = readAnew(served, features, thrown);
      if (read !== undefined) return row(read);
      const error = rowProblem(thrown, asked.at ?? "");
      account.refused(asked, error, { began, served, features });
      throw error;
    }
  }
  return { served, row };
}
