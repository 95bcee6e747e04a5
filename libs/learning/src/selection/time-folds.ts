import { ProblemError } from "@millrace/contracts";
import { type RowSplit } from "./rows.js";

interface Timed {
  /** When each row is from, in whatever unit; rows of one time are never parted. */
  readonly times: ArrayLike<number>;
  /** In the unit of the times: so long before the first test row the learning ends. */
  readonly gap?: number;
}

/**
 * An expanding window: the rows in the order of their time are cut into one part more than there are folds; each fold is
 * tested on one part and learns from all before it.
 */
export function timeFolds({ times, folds, gap = 0 }: Timed & { folds: number }): RowSplit[] {
  const order = inOrderOfTime(times);
  const share = (part: number) => Math.round((order.length * part) / (folds + 1));
  const cuts = Array.from({ length: folds }, (_, fold) => cutAt(times, order, share(fold + 1)));
  return cuts.map((start, fold) => {
    const split = splitAt(times, order, start, cuts[fold + 1] ?? order.length, gap);
    return (
      split ?? refuse(`${order.length} rows of their times cannot be cut into ${folds} folds with a gap of ${gap}.`)
    );
  });
}

/** The latest rows for testing; `test` is their share. */
export function splitByTime({ times, test, gap = 0 }: Timed & { test: number }): RowSplit {
  const order = inOrderOfTime(times);
  const start = cutAt(times, order, order.length - Math.ceil(order.length * test));
  const split = splitAt(times, order, start, order.length, gap);
  return split ?? refuse(`${order.length} rows cannot be cut with a test share of ${test} and a gap of ${gap}.`);
}

function refuse(message: string): never {
  throw new ProblemError({
    code: "TIME_SPLIT_IMPOSSIBLE",
    message,
    remedy: "Give rows of more different times, ask for fewer folds, or make the gap smaller.",
  });
}

function inOrderOfTime(times: ArrayLike<number>): Int32Array {
  const row = Array.from(times).findIndex((time) => !Number.isFinite(time));
  if (row >= 0) {
    throw new ProblemError({
      code: "TIME_MISSING",
      message: `row ${row + 1} has no time to be ordered by.`,
      remedy: "Fill the time in, or leave those rows out.",
    });
  }
  return Int32Array.from(times, (_, index) => index).sort((a, b) => times[a]! - times[b]! || a - b);
}

/** The first place from `start` on where a new time begins. */
function cutAt(times: ArrayLike<number>, order: Int32Array, start: number): number {
  let cut = start;
  while (cut > 0 && cut < order.length && times[order[cut]!] === times[order[cut - 1]!]) cut++;
  return cut;
}

function splitAt(
  times: ArrayLike<number>,
  order: Int32Array,
  start: number,
  end: number,
  gap: number,
): RowSplit | undefined {
  const test = order.slice(start, end).sort();
  const first = times[order[start]!]!;
  const train = order
    .slice(0, start)
    .filter((row) => gap === 0 || times[row]! < first - gap)
    .sort();
  return train.length > 0 && test.length > 0 ? { train, test } : undefined;
}
