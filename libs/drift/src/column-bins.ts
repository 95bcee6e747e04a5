import type { Column, NumericColumn } from "@millrace/contracts";

/** Each row's bin, from 0 on; −1 where there is no value. */
export interface Bins {
  readonly codes: Int32Array;
  readonly count: number;
}

/** A text is a bin; numbers are one each where they are few, else between quantiles, so that bins have about as many rows. */
export function binsOf(column: Column, most: number): Bins {
  if (column.kind === "text") return { codes: column.codes, count: column.dictionary.length };
  const edges = edgesOf(column, most);
  return { codes: Int32Array.from(column.values, (value) => binOf(edges, value)), count: edges.length };
}

/** The least value of each bin. */
function edgesOf({ values }: NumericColumn, most: number): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const different = sorted.filter((value, at) => at === 0 || value !== sorted[at - 1]);
  if (different.length <= most) return [...different];
  const found = Array.from({ length: most }, (_, at) => sorted[Math.floor((at * sorted.length) / most)]!);
  return [...new Set(found)];
}

function binOf(edges: readonly number[], value: number): number {
  if (Number.isNaN(value)) return -1;
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Whether it is better taken for categories than for a measure. */
export function hasFewValues(column: Column, most: number): boolean {
  if (column.kind === "text") return true;
  const seen = new Set<number>();
  return column.values.every((value) => Number.isNaN(value) || seen.add(value).size <= most);
}
