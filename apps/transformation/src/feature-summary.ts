import { columnNamed, type Column, type Table } from "@millrace/contracts";
import type { Matrix, Numbers } from "@millrace/learning";

/** A column at a glance. */
export interface FeatureSummary {
  readonly name: string;
  readonly kind: "number" | "text";
  readonly rows: number;
  readonly missing: number;
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
  /** Of numbers: how many rows lie in each of as many equal parts between min and max. */
  readonly histogram?: readonly number[];
  /** Of texts: the most frequent, and how many there are. */
  readonly categories?: readonly { readonly name: string; readonly rows: number }[];
  readonly distinct?: number;
}

const BINS = 20;
const SHOWN_CATEGORIES = 20;

export const summariseTable = (table: Table, columns: readonly string[]): FeatureSummary[] =>
  columns.map((name) => summariseColumn(columnNamed(table, name)!));

/** Column after column, so that no copy of the matrix is made. */
export const summariseMatrix = ({ rows, columns, values }: Matrix, names: readonly string[]): FeatureSummary[] =>
  names.map((name, column) => summariseNumbers(name, { values, rows, from: column, step: columns }));

function summariseColumn(column: Column): FeatureSummary {
  const { name } = column;
  if (column.kind === "text") return summariseTexts(column);
  return summariseNumbers(name, { values: column.values, rows: column.values.length, from: 0, step: 1 });
}

interface Strided {
  readonly values: Numbers;
  readonly rows: number;
  readonly from: number;
  readonly step: number;
}

function summariseNumbers(name: string, { values, rows, from, step }: Strided): FeatureSummary {
  let [count, sum, min, max] = [0, 0, Infinity, -Infinity];
  for (let row = 0, at = from; row < rows; row++, at += step) {
    const value = values[at]!;
    if (value - value !== 0) continue;
    count++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const about = { name, kind: "number" as const, rows, missing: rows - count };
  if (count === 0) return about;
  return { ...about, min, max, mean: sum / count, histogram: histogramOf({ values, rows, from, step }, min, max) };
}

function histogramOf({ values, rows, from, step }: Strided, min: number, max: number): number[] {
  const counts = new Array<number>(BINS).fill(0);
  const scale = max > min ? BINS / (max - min) : 0;
  for (let row = 0, at = from; row < rows; row++, at += step) {
    const value = values[at]!;
    if (value - value === 0) counts[Math.min(BINS - 1, Math.floor((value - min) * scale))]! += 1;
  }
  return counts;
}

function summariseTexts({ name, codes, dictionary }: Extract<Column, { kind: "text" }>): FeatureSummary {
  const counts = new Float64Array(dictionary.length);
  let missing = 0;
  for (const code of codes) {
    if (code < 0) missing++;
    else counts[code]! += 1;
  }
  const used = Array.from(counts.keys()).filter((code) => counts[code]! > 0);
  const frequent = used.sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, SHOWN_CATEGORIES);
  const categories = frequent.map((code) => ({ name: dictionary[code]!, rows: counts[code]! }));
  return { name, kind: "text", rows: codes.length, missing, distinct: used.length, categories };
}
