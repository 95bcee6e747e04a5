import { seededRandom } from "../data/random.js";
import { allRows } from "../data/take-rows.js";
import { otherRows, refuseFoldCount, refuseSmallClasses, rowsByCode, type RowSplit } from "./rows.js";

interface Dealt {
  readonly folds: number;
  readonly seed: number;
}

/** The test rows of each fold: every row in exactly one fold, each class spread evenly over the folds. */
export function stratifiedFolds({
  codes,
  classes,
  folds,
  seed,
}: Dealt & { codes: Int32Array; /** For the errors. */ classes?: readonly string[] }): Int32Array[] {
  refuseFoldCount(codes.length, folds);
  refuseSmallClasses(codes, classes, { code: "FOLDS_CLASS_TOO_SMALL", what: "stratified folds" });
  const random = seededRandom(seed).fork("folds");
  return deal(
    [...rowsByCode(codes).values()].flatMap((group) => [...random.shuffle(group)]),
    folds,
  );
}

/** The test rows of each fold, whatever they are of. */
export function plainFolds({ rows, folds, seed }: Dealt & { rows: number }): Int32Array[] {
  refuseFoldCount(rows, folds);
  return deal([...seededRandom(seed).fork("folds").shuffle(allRows(rows))], folds);
}

const deal = (rows: readonly number[], folds: number): Int32Array[] =>
  Array.from({ length: folds }, (_, fold) => Int32Array.from(rows.filter((_, index) => index % folds === fold)).sort());

/** Folds dealt several times over, each time anew. */
export function repeatedFolds<Fold>(
  { repeats, seed }: { repeats: number; seed: number },
  folds: (seed: number) => readonly Fold[],
): Fold[] {
  const random = seededRandom(seed).fork("repeats");
  return Array.from({ length: repeats }, () => random.integer(2 ** 31)).flatMap(folds);
}

/** Test rows, as folds are dealt, with all other rows to learn from; what is split already stays so. */
export const splitsOf = (folds: readonly (Int32Array | RowSplit)[], rows: number): RowSplit[] =>
  folds.map((fold) => (ArrayBuffer.isView(fold) ? { train: otherRows(rows, fold), test: fold } : fold));
