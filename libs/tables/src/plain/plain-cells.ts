import { isUtf8 } from "node:buffer";
import { missingTokens } from "../files/csv-dialect.js";

/** Thrown where a file is not plain: it is then read by DuckDB, which knows all forms of CSV and says what is wrong. */
export class NotPlain extends Error {}

/** Thrown where a column of numbers so far turns out to hold texts: the file is then read again with the column as text. */
export class HoldsTexts extends Error {
  readonly column: number;

  constructor(column: number) {
    super();
    this.column = column;
  }
}

const NUMBER = /^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
// DuckDB reads these as numbers, times or truths.
const WORDS = new Set(["inf", "infinity", "nan", "true", "false", "epoch"]);
const MISSING = new Set<string>(["", ...missingTokens]);

const textOf = (cell: Uint8Array, encoding: "latin1" | "utf8"): string =>
  Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString(encoding);

/** The number that a cell says, NaN where it says that it is missing, undefined where it is something else. */
export function numberIn(cell: Uint8Array): number | undefined {
  const text = textOf(cell, "latin1");
  if (MISSING.has(text)) return NaN;
  if (!NUMBER.test(text)) return undefined;
  const value = Number(text);
  if (Number.isFinite(value)) return value + 0;
  throw new NotPlain();
}

/** Whether a column with this cell can be nothing but texts. */
export function isWord(cell: Uint8Array): boolean {
  const text = textOf(cell, "latin1").trim();
  return /^[A-Za-z]/.test(text) && !WORDS.has(text.toLowerCase()) && !MISSING.has(text);
}

/** Whether a text that is new to its column says that the value is missing. */
export function saysMissing(text: Uint8Array): boolean {
  if (text.includes(0x22) || text.includes(0) || !isUtf8(text)) throw new NotPlain();
  return MISSING.has(textOf(text, "utf8").trim());
}
