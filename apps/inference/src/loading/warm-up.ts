import { setImmediate as turn } from "node:timers/promises";
import { ProblemError } from "@millrace/contracts";
import type { LoadedModel, Row } from "@millrace/learning";

export interface WarmUpOptions {
  /** So often a row is asked: half of them for the compilers, half to be measured. */
  readonly predictions?: number;
  /** A model that is slow is asked no longer than that. */
  readonly mostMs?: number;
}

/** Requests wait at most about so long for a model that is being warmed. */
const SLICE_MS = 2;
const FEWEST = 10;

/** Asks the rows again and again, giving way to requests in between; the median time of one prediction once it is warm. */
export async function warmUp(
  model: LoadedModel,
  rows: readonly Row[],
  { predictions = 400, mostMs = 1000 }: WarmUpOptions = {},
): Promise<number> {
  const times: number[] = [];
  let spent = 0;
  let slice = 0;
  while (times.length < FEWEST || (times.length < predictions && spent < mostMs)) {
    const took = timed(model, rows[times.length % rows.length]!);
    times.push(took);
    spent += took;
    slice += took;
    if (slice < SLICE_MS) continue;
    await turn();
    slice = 0;
  }
  return medianOf(times.slice(times.length >> 1));
}

function timed(model: LoadedModel, row: Row): number {
  const began = performance.now();
  const scores = model.scoreRow(row);
  const took = performance.now() - began;
  if (scores.every(Number.isFinite)) return took;
  throw new ProblemError({
    code: "MODEL_ANSWERS_WRONGLY",
    message: `the model says ${[...scores].join(", ")} to a row of its own.`,
    remedy: "Train the model again.",
  });
}

const medianOf = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1]!;
