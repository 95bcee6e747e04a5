import { ProblemError } from "@millrace/contracts";
import type { Numbers } from "./matrix.js";

/** Which rows have a value, one bit a row as in Arrow: bit row % 8 of byte row / 8. Without a bitmap every row has one. */
export type Validity = Uint8Array;

export const isValid = (validity: Validity | undefined, row: number): boolean =>
  validity === undefined || ((validity[row >> 3]! >> (row & 7)) & 1) === 1;

/** The bitmap of numbers in which NaN stands for a missing value; undefined where none is missing. */
export const validityOfNumbers = (values: Numbers): Validity | undefined =>
  bitmap(values.length, (row) => !Number.isNaN(values[row]!));

/** The bitmap of codes in which −1 stands for a missing value; undefined where none is missing. */
export const validityOfCodes = (codes: Int32Array): Validity | undefined =>
  bitmap(codes.length, (row) => codes[row]! >= 0);

/** The numbers with NaN where the bitmap says that none is there: the same array where nothing is missing, else a copy. */
export function numbersWithMissing<Values extends Numbers>(values: Values, validity: Validity | undefined): Values {
  requireBits(validity, values.length);
  return marked(values, validity, NaN);
}

/** The codes with −1 where the bitmap says that none is there: the same array where nothing is missing, else a copy. */
export function codesWithMissing(codes: Int32Array, validity: Validity | undefined): Int32Array {
  requireBits(validity, codes.length);
  return marked(codes, validity, -1);
}

export function countMissing(validity: Validity | undefined, rows: number): number {
  requireBits(validity, rows);
  let missing = 0;
  for (let row = 0; row < rows && validity !== undefined; row++) if (!isValid(validity, row)) missing += 1;
  return missing;
}

function marked<Values extends Numbers | Int32Array>(
  values: Values,
  validity: Validity | undefined,
  mark: number,
): Values {
  if (countMissing(validity, values.length) === 0) return values;
  const copy = values.slice() as Values;
  for (let row = 0; row < copy.length; row++) if (!isValid(validity, row)) copy[row] = mark;
  return copy;
}

function bitmap(rows: number, isThere: (row: number) => boolean): Validity | undefined {
  const bits = new Uint8Array((rows + 7) >> 3);
  let there = 0;
  for (let row = 0; row < rows; row++) {
    if (!isThere(row)) continue;
    bits[row >> 3]! |= 1 << (row & 7);
    there += 1;
  }
  return there === rows ? undefined : bits;
}

function requireBits(validity: Validity | undefined, rows: number): void {
  if (validity === undefined || validity.length * 8 >= rows) return;
  throw new ProblemError({
    code: "VALIDITY_TOO_SHORT",
    message: `${validity.length} bytes say of ${validity.length * 8} rows whether they have a value, and there are ${rows}.`,
    remedy: "Give a bit for each row.",
  });
}
