import { ProblemError, type Column, type NumericColumn, type TextColumn } from "@millrace/contracts";
import type { Matrix, Numbers } from "./matrix.js";
import { codesWithMissing, numbersWithMissing, type Validity } from "./validity.js";

/** A column of a table from numbers and a bitmap; a Float64Array without missing values is taken as it is. */
export function numericColumn(name: string, values: Numbers, validity?: Validity): NumericColumn {
  const doubles = values instanceof Float64Array ? values : Float64Array.from(values);
  return { name, kind: "number", values: numbersWithMissing(doubles, validity) };
}

/** A column of a table from codes, their texts and a bitmap. The dictionary is sorted, as that of every table is. */
export function codedColumn(
  name: string,
  { codes, dictionary }: Pick<TextColumn, "codes" | "dictionary">,
  validity?: Validity,
): TextColumn {
  const present = codesWithMissing(codes, validity);
  requireCodes(name, present, dictionary.length);
  if (isSorted(dictionary)) return { name, kind: "text", codes: present, dictionary };
  const sorted = [...new Set(dictionary)].sort();
  const place = new Map(sorted.map((text, index) => [text, index]));
  const newCodes = Int32Array.from(dictionary, (text) => place.get(text)!);
  return { name, kind: "text", codes: present.map((code) => (code < 0 ? -1 : newCodes[code]!)), dictionary: sorted };
}

/** The columns side by side as a Float32 matrix, row by row: numbers as they are, texts as their codes, missing as NaN. */
export function matrixOfColumns(columns: readonly Column[]): Matrix {
  const rows = columns.length === 0 ? 0 : lengthOf(columns[0]!);
  const values = new Float32Array(rows * columns.length);
  columns.forEach((column, index) => {
    requireLength(column, rows);
    for (let row = 0; row < rows; row++) values[row * columns.length + index] = numberAt(column, row);
  });
  return { rows, columns: columns.length, values };
}

const lengthOf = (column: Column): number => (column.kind === "text" ? column.codes.length : column.values.length);

function numberAt(column: Column, row: number): number {
  if (column.kind === "number") return column.values[row]!;
  const code = column.codes[row]!;
  return code < 0 ? NaN : code;
}

const isSorted = (texts: readonly string[]): boolean =>
  texts.every((text, index) => index === 0 || texts[index - 1]! < text);

function requireCodes(name: string, codes: Int32Array, texts: number): void {
  const row = codes.findIndex((code) => code >= texts);
  if (row < 0) return;
  throw new ProblemError({
    code: "CODE_OUTSIDE_DICTIONARY",
    where: name,
    message: `row ${row + 1} has the code ${codes[row]}, and the dictionary has ${texts} texts.`,
    remedy: "Give the dictionary that the codes were made with.",
  });
}

function requireLength(column: Column, rows: number): void {
  if (lengthOf(column) === rows) return;
  throw new ProblemError({
    code: "COLUMN_LENGTH_WRONG",
    where: column.name,
    message: `the column has ${lengthOf(column)} rows, the first one has ${rows}.`,
    remedy: "Give columns of the same table.",
  });
}
