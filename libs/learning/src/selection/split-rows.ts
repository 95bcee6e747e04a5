import { ProblemError } from "@millrace/contracts";
import { seededRandom } from "../data/random.js";

export interface RowSplit {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * Splits rows by chance; both parts keep the order of the rows. `test` is the share of the test rows, rounded up. With
 * `stratify` (a class code for each row) each class has the same share of both parts, to the nearest row.
 */
export function splitRows(options: { rows: number; test: number; stratify?: Int32Array; seed: number }): RowSplit {
  const { rows, test, stratify, seed } = options;
  const count = testCount(rows, test);
  const random = seededRandom(seed).fork("split");
  const groups = stratify ? [...rowsByClass(stratify).values()] : [allRows(rows)];
  if (stratify) refuseSmallClasses(stratify, "SPLIT_CLASS_TOO_SMALL", "a stratified split");
  const shares = largestRemainders(
    groups.map((group) => group.length),
    count,
  );
  return partition(
    rows,
    groups.flatMap((group, index) => [...random.shuffle(group).subarray(0, shares[index])]),
  );
}

/** The test rows of each fold: every row in exactly one fold, each class spread evenly over the folds. */
export function stratifiedFolds({
  codes,
  folds,
  seed,
}: {
  codes: Int32Array;
  folds: number;
  seed: number;
}): Int32Array[] {
  refuseFoldCount(codes.length, folds);
  refuseSmallClasses(codes, "FOLDS_CLASS_TOO_SMALL", "stratified folds");
  const random = seededRandom(seed).fork("folds");
  const dealt = [...rowsByClass(codes).values()].flatMap((group) => [...random.shuffle(group)]);
  return Array.from({ length: folds }, (_, fold) =>
    Int32Array.from(dealt.filter((_, index) => index % folds === fold)).sort(),
  );
}

/** The rows that are not among `rows`: what a fold is trained on. */
export function otherRows(total: number, rows: Int32Array): Int32Array {
  const out = new Uint8Array(total);
  for (const row of rows) out[row] = 1;
  return allRows(total).filter((row) => out[row] === 0);
}

const allRows = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, row) => row);

function partition(rows: number, chosen: readonly number[]): RowSplit {
  const test = Int32Array.from(chosen).sort();
  return { train: otherRows(rows, test), test };
}

function rowsByClass(codes: Int32Array): Map<number, Int32Array> {
  const rows = new Map<number, number[]>();
  codes.forEach((code, row) => void (rows.get(code)?.push(row) ?? rows.set(code, [row])));
  return new Map([...rows].sort(([a], [b]) => a - b).map(([code, group]) => [code, Int32Array.from(group)]));
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

function refuseSmallClasses(codes: Int32Array, code: string, what: string): void {
  const small = [...rowsByClass(codes)].find(([, rows]) => rows.length < 2);
  if (!small) return;
  throw new ProblemError({
    code,
    message: `class ${small[0]} has one row (row ${small[1][0]! + 1}), and ${what} needs two of each class.`,
    remedy: "Add rows of that class, remove it, or do not stratify.",
  });
}

function refuseFoldCount(rows: number, folds: number): void {
  if (Number.isInteger(folds) && folds >= 2 && folds <= rows) return;
  throw new ProblemError({
    code: "FOLDS_IMPOSSIBLE",
    message: `${rows} rows cannot be dealt into ${folds} folds.`,
    remedy: "Ask for a whole number of folds, at least 2 and at most the number of rows.",
  });
}
