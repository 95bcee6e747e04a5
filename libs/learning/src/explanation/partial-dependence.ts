import { ProblemError } from "@millrace/contracts";
import { refuseCancelled } from "../data/cancelled.js";
import { presentSorted, quantile } from "../data/number-summary.js";
import { weightsOf, type Weights } from "../metrics/measure.js";
import type { WhatIf } from "./what-if.js";

export interface DependenceQuestion<Input> {
  readonly rows: WhatIf<Input>;
  /** rows × outputs. */
  readonly predict: (input: Input) => Float64Array;
  /** One column, or two for how they work together. */
  readonly columns: readonly [number] | readonly [number, number];
  /** The values to ask about, for each of the columns; by default quantiles of its numbers, or its categories. */
  readonly grids?: readonly (readonly (number | string)[])[];
  /** How many quantiles at most; 20 by default. */
  readonly points?: number;
  readonly weights?: Weights;
  /** Whether to keep the curve of each row. */
  readonly individual?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: { readonly aborted: boolean };
}

export interface PartialDependence {
  readonly grids: readonly (readonly (number | string)[])[];
  readonly outputs: number;
  /** points (of the first column, and in each those of the second) × outputs: the mean prediction with the values set. */
  readonly average: Float64Array;
  /** points × rows × outputs, where asked for. */
  readonly individual?: Float64Array;
}

/** A curve of each row takes this many bytes at most together. */
const MOST_BYTES = 1 << 30;

/** What a model says on average if a column had a given value everywhere (Friedman 2001; by row: Goldstein et al. 2015). */
export function partialDependence<Input>(question: DependenceQuestion<Input>): PartialDependence {
  const { rows, predict, columns, onProgress, signal } = question;
  const grids = columns.map((column, index) => question.grids?.[index] ?? gridOf(rows, column, question.points));
  const outputs = predict(rows.input).length / rows.rows;
  requireMemory(grids, question.individual ? rows.rows : 1, outputs);
  const points = combinations(grids);
  const weights = weightsOf(question.weights, rows.rows);
  const average = new Float64Array(points.length * outputs);
  const individual = question.individual ? new Float64Array(points.length * rows.rows * outputs) : undefined;
  points.forEach((values, point) => {
    refuseCancelled(signal, "partial dependence", { done: point, total: points.length });
    const predicted = predict(rows.set(columns.map((column, index) => ({ column, value: values[index]! }))));
    average.set(means(predicted, outputs, weights), point * outputs);
    individual?.set(predicted, point * predicted.length);
    onProgress?.(point + 1, points.length);
  });
  return { grids, outputs, average, ...(individual && { individual }) };
}

/** Different quantiles of the numbers, from the smallest to the largest; all of the values where there are few. */
export function gridOf<Input>(rows: WhatIf<Input>, column: number, points = 20): (number | string)[] {
  const numbers = rows.numbers(column);
  const sorted = numbers === undefined ? new Float64Array(0) : presentSorted(Float64Array.from(numbers));
  const distinct = sorted.filter((value, index) => index === 0 || value !== sorted[index - 1]);
  if (numbers === undefined || distinct.length <= points) return atLeastOne([...rows.categories(column)], column);
  const shares = Array.from({ length: points }, (_, index) => index / (points - 1));
  return [...new Set(shares.map((share) => quantile(sorted, share)))];
}

const combinations = (grids: readonly (readonly (number | string)[])[]): (number | string)[][] =>
  grids.reduce<(number | string)[][]>(
    (points, grid) => points.flatMap((point) => grid.map((value) => [...point, value])),
    [[]],
  );

function means(predicted: Float64Array, outputs: number, weights: Weights): Float64Array {
  const sums = new Float64Array(outputs);
  let total = 0;
  for (let row = 0; row < weights.length; row++) {
    total += weights[row]!;
    for (let output = 0; output < outputs; output++)
      sums[output]! += weights[row]! * predicted[row * outputs + output]!;
  }
  return sums.map((sum) => sum / total);
}

function requireMemory(grids: PartialDependence["grids"], rows: number, outputs: number): void {
  const points = grids.reduce((product, grid) => product * grid.length, 1);
  const bytes = points * rows * outputs * 8;
  if (bytes <= MOST_BYTES) return;
  throw new ProblemError({
    code: "TASK_TOO_LARGE",
    message: `the curves of ${rows} rows at ${points} points with ${outputs} outputs take ${Math.ceil(bytes / 2 ** 20)} MiB, more than ${MOST_BYTES / 2 ** 20}.`,
    remedy: "Ask about fewer rows or points, or for the average alone.",
  });
}

function atLeastOne(grid: (number | string)[], column: number): (number | string)[] {
  if (grid.length > 0) return grid;
  throw new ProblemError({
    code: "COLUMN_EMPTY",
    message: `column ${column} has no value in any row, so there is none to ask about.`,
    remedy: "Leave the column out, or give the values to ask about.",
  });
}
