import { ProblemError } from "@millrace/contracts";
import { allRows } from "../data/take-rows.js";

export interface RowSplit {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** The rows that are not among `rows`: what a fold is trained on. */
export function otherRows(total: number, rows: Int32Array): Int32Array {
  const out = new Uint8Array(total);
  for (const row of rows) out[row] = 1;
  return allRows(total).filter((row) => out[row] === 0);
}

/** The rows of each value, in the order of the values. */
export function rowsByCode(codes: ArrayLike<number>): Map<number, Int32Array> {
  const rows = new Map<number, number[]>();
  for (let row = 0; row < codes.length; row++) {
    const known = rows.get(codes[row]!);
    if (known) known.push(row);
    else rows.set(codes[row]!, [row]);
  }
  return new Map([...rows].sort(([a], [b]) => a - b).map(([code, group]) => [code, Int32Array.from(group)]));
}

/** As a person would call it: by its name where that is known. */
export const className = (code: number, names?: readonly string[]): string =>
  names?.[code] === undefined ? String(code) : JSON.stringify(names[code]);

export function refuseSmallClasses(
  codes: Int32Array,
  names: readonly string[] | undefined,
  { code, what }: { code: string; what: string },
): void {
  const small = [...rowsByCode(codes)].find(([, rows]) => rows.length < 2);
  if (!small) return;
  const [value, rows] = small;
  throw new ProblemError({
    code,
    message: `class ${className(value, names)} has one row (row ${rows[0]! + 1}), and ${what} needs two of each class.`,
    remedy: "Add rows of that class, remove it, or do not stratify.",
  });
}

export function refuseFoldCount(things: number, folds: number, what = "rows"): void {
  if (Number.isInteger(folds) && folds >= 2 && folds <= things) return;
  throw new ProblemError({
    code: "FOLDS_IMPOSSIBLE",
    message: `${things} ${what} cannot be dealt into ${folds} folds.`,
    remedy: `Ask for a whole number of folds, at least 2 and at most the number of ${what}.`,
  });
}
