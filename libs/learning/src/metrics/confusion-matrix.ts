import type { Weights } from "./measure.js";

/** Counts of rows, or sums of their weights: `matrix[actual][predicted]`. */
export type ConfusionMatrix = readonly (readonly number[])[];

export function confusionMatrix(
  labels: Int32Array,
  predicted: Int32Array,
  classes: number,
  weights?: Weights,
): number[][] {
  const cells = new Float64Array(classes * classes);
  for (let row = 0; row < labels.length; row++) {
    cells[labels[row]! * classes + predicted[row]!]! += weights === undefined ? 1 : weights[row]!;
  }
  return Array.from({ length: classes }, (_, actual) => [...cells.subarray(actual * classes, (actual + 1) * classes)]);
}

export interface Margins {
  readonly hits: readonly number[];
  readonly actual: readonly number[];
  readonly predicted: readonly number[];
  readonly total: number;
}

/** The sums of its rows and columns, and its diagonal. */
export function marginsOf(matrix: ConfusionMatrix): Margins {
  const actual = matrix.map(sum);
  const predicted = matrix.map((_, code) => sum(matrix.map((row) => row[code]!)));
  return { hits: matrix.map((row, code) => row[code]!), actual, predicted, total: sum(actual) };
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
export const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
