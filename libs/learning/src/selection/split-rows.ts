import { ProblemError } from "@millrace/contracts";
import { seededRandom } from "../data/random.js";
import { allRows } from "../data/take-rows.js";
import { otherRows, refuseSmallClasses, rowsByCode, type RowSplit } from "./rows.js";

/**
 * Splits rows by chance; both parts keep the order of the rows. `test` is the share of the test rows, rounded up. With
 * `stratify` (a class code for each row) each class has the same share of both parts, to the nearest row.
 */
export function splitRows(options: {
  rows: number;
  test: number;
  stratify?: Int32Array;
  /** The names of the classes, for the errors. */
  classes?: readonly string[];
  seed: number;
}): RowSplit {
  const { rows, test, stratify, classes, seed } = options;
  const count = testCount(rows, test);
  const random = seededRandom(seed).fork("split");
  const groups = stratify ? [...rowsByCode(stratify).values()] : [allRows(rows)];
  if (stratify) refuseSmallClasses(stratify, classes, { code: "SPLIT_CLASS_TOO_SMALL", what: "a stratified split" });
  const shares = largestRemainders(
    groups.map((group) => group.length),
    count,
  );
  return partition(
    rows,
    groups.flatMap((group, index) => [...random.shuffle(group).subarray(0, shares[index])]),
  );
}

function partition(rows: number, chosen: readonly number[]): RowSplit {
  const test = Int32Array.from(chosen).sort();
  return { train: otherRows(rows, test), test };
}

function testCount(rows: number, test: number): number {
  const count = Math.ceil(test * rows);
  if (test > 0 && test < 1 && count < rows) return count;
  throw new ProblemError({
    code: "SPLIT_IMPOSSIBLE",
    message: `${rows} rows cannot be split with a test share of ${test}.`,
    remedy: "Give a share above 0 and below 1 that leaves at least one row on each side.",
  });
}

/** Whole numbers in proportion to the sizes that add up to `total`; what is left over goes to the largest remainders. */
function largestRemainders(sizes: readonly number[], total: number): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (size * total) / all);
  const shares = exact.map(Math.floor);
  const byRemainder = exact
    .map((_, index) => index)
    .sort((a, b) => exact[b]! - shares[b]! - (exact[a]! - shares[a]!) || a - b);
  const left = total - shares.reduce((sum, share) => sum + share, 0);
  for (const index of byRemainder.slice(0, left)) shares[index]! += 1;
  return shares;
}
