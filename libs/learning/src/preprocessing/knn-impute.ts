import { seededRandom } from "../data/random.js";
import { storedFloat } from "./column-statistics.js";
import type { ImputeNumeric } from "./preprocess-steps.js";

/** Troyanskaya and others, "Missing value estimation methods for DNA microarrays", 2001: as scikit-learn's KNNImputer. */
export interface NeighboursState {
  readonly columns: readonly string[];
  readonly neighbours: number;
  readonly weights: "uniform" | "distance";
  /** Training rows to look among, row by row, a value a column; null is missing. */
  readonly sample: readonly (number | null)[];
  /** What a column gets where no row of the sample can be compared. */
  readonly means: readonly number[];
}

const MOST_ROWS = 5000;

/** All rows are kept up to `sample` of them (5,000), which are drawn by the seed beyond it. Each column needs a value. */
export function fitNeighbours(
  names: readonly string[],
  columns: readonly Float32Array[],
  step: ImputeNumeric,
  seed: number,
): NeighboursState {
  const rows = rowsOf(columns[0]!.length, step.sample ?? MOST_ROWS, seed);
  const sample = Array.from(rows, (row) => columns.map((values) => values[row]!)).flat();
  return {
    columns: names,
    neighbours: step.neighbours ?? 5,
    weights: step.weights ?? "uniform",
    sample: sample.map((value) => (Number.isNaN(value) ? null : value + 0)),
    means: columns.map((values) => storedFloat(meanOfPresent(values))),
  };
}

function rowsOf(count: number, most: number, seed: number): Int32Array {
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  return count <= most ? rows : seededRandom(seed).fork("neighbours").shuffle(rows).slice(0, most).sort();
}

function meanOfPresent(values: Float32Array): number {
  let [sum, count] = [0, 0];
  for (const value of values) if (value === value) [sum, count] = [sum + value, count + 1];
  return sum / count;
}

/** Makes a function that fills the missing values of one row, in the order of the columns, in place. */
export function compileNeighbours(state: NeighboursState): (row: Float32Array) => void {
  const width = state.columns.length;
  const sample = Float32Array.from(state.sample, (value) => value ?? NaN);
  const distances = new Float64Array(sample.length / width);
  return (row) => {
    if (!row.some(Number.isNaN)) return;
    squaredDistances(sample, row, distances);
    const filled = row.map((value, column) => (value === value ? value : estimate(state, sample, distances, column)));
    row.set(filled);
  };
}

/** Over the columns that both have, scaled up to all columns; NaN where they share none. */
function squaredDistances(sample: Float32Array, row: Float32Array, into: Float64Array): void {
  const width = row.length;
  for (let other = 0, at = 0; other < into.length; other++) {
    let [sum, shared] = [0, 0];
    for (let column = 0; column < width; column++, at++) {
      const difference = row[column]! - sample[at]!;
      if (difference !== difference) continue;
      sum += difference * difference;
      shared += 1;
    }
    into[other] = (sum * width) / shared;
  }
}

function estimate(state: NeighboursState, sample: Float32Array, squares: Float64Array, column: number): number {
  const width = state.columns.length;
  const has = (other: number) => !Number.isNaN(squares[other]!) && !Number.isNaN(sample[other * width + column]!);
  const nearest = nearestOf(squares, state.neighbours, has);
  if (nearest.length === 0) return state.means[column]!;
  const weights = state.weights === "uniform" ? nearest.map(() => 1) : inverseDistances(nearest, squares);
  let [sum, total] = [0, 0];
  nearest.forEach((other, index) => {
    sum += weights[index]! * sample[other * width + column]!;
    total += weights[index]!;
  });
  return Math.fround(sum / total);
}

/** The first of equally distant rows count as nearer. */
function nearestOf(squares: Float64Array, count: number, has: (other: number) => boolean): number[] {
  const nearest: number[] = [];
  for (let other = 0; other < squares.length; other++) {
    if (nearest.length === count && !(squares[other]! < squares[nearest[count - 1]!]!)) continue;
    if (!has(other)) continue;
    let at = Math.min(nearest.length, count - 1);
    while (at > 0 && squares[nearest[at - 1]!]! > squares[other]!) nearest[at] = nearest[--at]!;
    nearest[at] = other;
  }
  return nearest;
}

/** Rows at no distance at all count alone. */
function inverseDistances(nearest: readonly number[], squares: Float64Array): number[] {
  const same = nearest.some((other) => squares[other] === 0);
  return nearest.map((other) => (same ? Number(squares[other] === 0) : 1 / Math.sqrt(squares[other]!)));
}
