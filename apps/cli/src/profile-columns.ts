import type { Column, NumericColumn, Table, TextColumn } from "@millrace/contracts";
import { explainedShare } from "./profile-relation.js";

/** What is said of a column. */
export type ColumnFacts = NumberFacts | TextFacts;

interface CommonFacts {
  readonly name: string;
  readonly rows: number;
  readonly missing: number;
  readonly distinct: number;
  /** The most frequent values with their counts. */
  readonly top: readonly (readonly [value: string, count: number])[];
  /** How much of the target's uncertainty it takes away by itself, from 0 to 1. */
  readonly relation?: number;
}

export interface NumberFacts extends CommonFacts {
  readonly kind: "number";
  readonly whole: boolean;
  readonly rising: boolean;
  /** Not there when no value is. */
  readonly range?: {
    readonly min: number;
    readonly low: number;
    readonly median: number;
    readonly high: number;
    readonly max: number;
  };
  readonly mean?: number;
  /** Counts of equal widths from min to max. */
  readonly histogram: readonly number[];
  /** The share of values farther from the quartiles than 1.5 times their distance. */
  readonly outliers: number;
}

export interface TextFacts extends CommonFacts {
  readonly kind: "text";
  /** The mean number of characters, and of words. */
  readonly length: number;
  readonly words: number;
}

const TOP = 5;
const BINS = 20;

/** The facts of each column; with a target, how much each one tells about it. */
export function profileColumns(table: Table, target?: string): ColumnFacts[] {
  const wanted = table.columns.find(({ name }) => name === target);
  return table.columns.map((column) => {
    const facts = column.kind === "number" ? numberFacts(column) : textFacts(column);
    return wanted && column !== wanted ? { ...facts, relation: explainedShare(column, wanted) } : facts;
  });
}

export const rowsOf = (column: Column): number => (column.kind === "number" ? column.values : column.codes).length;

function numberFacts({ name, values }: NumericColumn): NumberFacts {
  const sorted = values.filter(Number.isFinite).sort();
  const counts = new Map<number, number>();
  for (const value of sorted) counts.set(value, (counts.get(value) ?? 0) + 1);
  const present = values.filter((value) => !Number.isNaN(value));
  return {
    ...{ name, kind: "number", rows: values.length, missing: values.length - present.length },
    ...{ distinct: counts.size, top: topOf([...counts].map(([value, count]) => [String(value), count])) },
    whole: sorted.every(Number.isInteger),
    rising: present.every((value, index) => index === 0 || value > present[index - 1]!),
    ...(sorted.length > 0 && {
      range: rangeOf(sorted),
      mean: sorted.reduce((sum, each) => sum + each / sorted.length, 0),
    }),
    ...{ histogram: histogramOf(sorted), outliers: outliersOf(sorted) },
  };
}

const at = (sorted: Float64Array, share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;

const rangeOf = (sorted: Float64Array): NonNullable<NumberFacts["range"]> => ({
  ...{ min: sorted[0]!, low: at(sorted, 0.25), median: at(sorted, 0.5), high: at(sorted, 0.75), max: sorted.at(-1)! },
});

function histogramOf(sorted: Float64Array): number[] {
  const counts = new Array<number>(BINS).fill(0);
  const [min, width] = [sorted[0] ?? 0, (sorted.at(-1) ?? 0) - (sorted[0] ?? 0)];
  for (const value of sorted)
    counts[width > 0 ? Math.min(BINS - 1, Math.floor((BINS * (value - min)) / width)) : 0]! += 1;
  return counts;
}

function outliersOf(sorted: Float64Array): number {
  if (sorted.length === 0) return 0;
  const [low, high] = [at(sorted, 0.25), at(sorted, 0.75)];
  const reach = 1.5 * (high - low);
  return sorted.filter((value) => value < low - reach || value > high + reach).length / sorted.length;
}

function textFacts({ name, codes, dictionary }: TextColumn): TextFacts {
  const counts = new Array<number>(dictionary.length).fill(0);
  for (const code of codes) if (code >= 0) counts[code]! += 1;
  const present = counts.reduce((sum, count) => sum + count, 0);
  const mean = (of: (text: string) => number) =>
    present === 0 ? 0 : dictionary.reduce((sum, text, code) => sum + of(text) * counts[code]!, 0) / present;
  return {
    ...{ name, kind: "text", rows: codes.length, missing: codes.length - present },
    distinct: counts.filter((count) => count > 0).length,
    top: topOf(dictionary.map((text, code) => [text, counts[code]!])),
    ...{ length: mean((text) => text.length), words: mean((text) => text.trim().split(/\s+/).length) },
  };
}

const topOf = (counts: (readonly [string, number])[]): ColumnFacts["top"] =>
  counts
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1])
    .slice(0, TOP);
