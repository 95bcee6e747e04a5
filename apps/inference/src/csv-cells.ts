import { missingTokens } from "@millrace/contracts";
import { dateMilliseconds, type FeatureDescription } from "@millrace/learning";

export type Cell = string | number | boolean | null;
export type ReadCell = (cell: string) => Cell;
export type Decimal = "." | ",";

const missing = new Set<string>(missingTokens);
const isMissing = (cell: string): boolean => missing.has(cell) || missing.has(cell.trim());
const withComma = /^\s*[+-]?((\d{1,3}(\.\d{3})+|\d+)(,\d*)?|,\d+)([eE][+-]?\d+)?\s*$/;

/** Reads the cells of one feature as ingestion reads a file, or what a model is asked would not be what it learnt from. */
export function cellReader(feature: FeatureDescription, decimal: Decimal): ReadCell {
  if (feature.kind === "text") return textReader(feature);
  const number = decimal === "," ? commaNumber : pointNumber;
  return feature.date === true ? (cell) => dateOr(number(cell)) : number;
}

/** A known category is one, even where the word may stand for a missing value: NA is a country as well. */
function textReader({ categories = [] }: FeatureDescription): ReadCell {
  const words = new Set(categories.filter(isMissing));
  return (cell) => (cell.trim() === "" || (isMissing(cell) && !words.has(cell)) ? null : cell);
}

/** A text that is no number stays one, and the model says so. */
function pointNumber(cell: string): Cell {
  const value = Number(cell);
  // 0x10 is a text where files are read.
  if (cell !== "" && Number.isFinite(value) && !/^\s*$|[xob]/i.test(cell)) return value;
  return wordOf(cell);
}

const commaNumber: ReadCell = (cell) =>
  withComma.test(cell) ? Number(cell.replaceAll(".", "").replace(",", ".")) : wordOf(cell);

const words: ReadonlyMap<string, Cell> = new Map<string, Cell>([
  ["", null],
  ["na", null],
  ["none", null],
  ["true", true],
  ["false", false],
]);

function wordOf(cell: string): Cell {
  if (isMissing(cell)) return null;
  const word = words.get(cell.trim().toLowerCase());
  return word === undefined ? cell : word;
}

function dateOr(cell: Cell): Cell {
  if (typeof cell !== "string") return cell;
  const milliseconds = dateMilliseconds(cell.trim());
  return Number.isNaN(milliseconds) ? cell : milliseconds;
}
