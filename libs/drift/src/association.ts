import type { Column, NumericColumn } from "@millrace/contracts";
import { binsOf, hasFewValues, type Bins } from "./column-bins.js";

const fewestRows = 10;
const mostCategories = 20;

/**
 * How nearly two columns say the same, from 0 to 1: of numbers the size of Spearman's rank correlation, of categories
 * Cramér's V without what chance adds (Bergsma), of numbers beside categories the correlation ratio of the ranks. Rows where
 * either has no value do not count. It takes samples of the columns: it can't be had from profiles.
 */
export function associationOf(one: Column, other: Column): number {
  const [a, b] = bothPresent(one, other);
  if (rowsOf(a) < fewestRows) return 0;
  if (hasFewValues(a, mostCategories)) {
    return hasFewValues(b, mostCategories) ? cramersV(categories(a), categories(b)) : beside(b, a);
  }
  return hasFewValues(b, mostCategories) ? beside(a, b) : rankCorrelation(a, b);
}

const categories = (column: Column): Bins => binsOf(column, mostCategories);

// A column that has no few values is one of numbers.
const ranksOf = (column: Column): Float64Array => ranks((column as NumericColumn).values);
const beside = (numbers: Column, texts: Column): number => correlationRatio(ranksOf(numbers), categories(texts));
const rankCorrelation = (one: Column, other: Column): number => Math.abs(correlation(ranksOf(one), ranksOf(other)));

const rowsOf = (column: Column): number => (column.kind === "text" ? column.codes.length : column.values.length);

function bothPresent(one: Column, other: Column): [Column, Column] {
  const present = (column: Column, row: number): boolean =>
    column.kind === "text" ? column.codes[row]! >= 0 : !Number.isNaN(column.values[row]);
  const kept = Array.from({ length: rowsOf(one) }, (_, row) => row).filter(
    (row) => present(one, row) && present(other, row),
  );
  return [takeRows(one, kept), takeRows(other, kept)];
}

const takeRows = (column: Column, rows: readonly number[]): Column =>
  column.kind === "text"
    ? { ...column, codes: Int32Array.from(rows, (row) => column.codes[row]!) }
    : { ...column, values: Float64Array.from(rows, (row) => column.values[row]!) };

/** Equal values have the mean of their ranks. */
export function ranks(values: Float64Array): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b);
  const found = new Float64Array(values.length);
  for (let start = 0, at = 1; at <= order.length; at++) {
    if (at < order.length && values[order[at]!] === values[order[start]!]) continue;
    for (let same = start; same < at; same++) found[order[same]!] = (start + at - 1) / 2;
    start = at;
  }
  return found;
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function correlation(one: Float64Array, other: Float64Array): number {
  const [a, b] = [meanOf(one), meanOf(other)];
  let [both, first, second] = [0, 0, 0];
  for (let row = 0; row < one.length; row++) {
    both += (one[row]! - a) * (other[row]! - b);
    first += (one[row]! - a) ** 2;
    second += (other[row]! - b) ** 2;
  }
  return first > 0 && second > 0 ? both / Math.sqrt(first * second) : 0;
}

function cramersV(one: Bins, other: Bins): number {
  const rows = one.codes.length;
  const [counts, a, b] = [new Map<number, number>(), new Float64Array(one.count), new Float64Array(other.count)];
  for (let row = 0; row < rows; row++) {
    const [first, second] = [one.codes[row]!, other.codes[row]!];
    counts.set(first * other.count + second, (counts.get(first * other.count + second) ?? 0) + 1);
    a[first]!++;
    b[second]!++;
  }
  let square = -1;
  for (const [cell, count] of counts)
    square += count ** 2 / (a[Math.floor(cell / other.count)]! * b[cell % other.count]!);
  return withoutChance(square, a.filter(Boolean).length, b.filter(Boolean).length, rows);
}

function withoutChance(square: number, a: number, b: number, rows: number): number {
  const corrected = Math.max(0, square - ((a - 1) * (b - 1)) / (rows - 1));
  const [first, second] = [a - (a - 1) ** 2 / (rows - 1), b - (b - 1) ** 2 / (rows - 1)];
  const most = Math.min(first, second) - 1;
  return most > 1e-9 ? Math.min(1, Math.sqrt(corrected / most)) : 0;
}

/** Of the variance of the values the root of the share that lies between the bins; what chance adds is taken off. */
function correlationRatio(values: Float64Array, { codes, count }: Bins): number {
  const [sums, rows] = [new Float64Array(count), new Float64Array(count)];
  const mean = meanOf(values);
  let all = 0;
  values.forEach((value, row) => {
    sums[codes[row]!]! += value - mean;
    rows[codes[row]!]!++;
    all += (value - mean) ** 2;
  });
  const between = sums.reduce((sum, value, bin) => (rows[bin]! > 0 ? sum + value ** 2 / rows[bin]! : sum), 0);
  const bins = rows.filter(Boolean).length;
  if (all === 0 || bins >= values.length) return 0;
  const left = ((all - between) / (values.length - bins)) * (values.length - 1);
  return Math.sqrt(Math.max(0, 1 - left / all));
}
