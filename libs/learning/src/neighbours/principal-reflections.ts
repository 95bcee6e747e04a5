import type { Random } from "../data/random.js";

/** Some rows, less their mean: row-major. */
export interface CentredRows {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

const ROUNDS = 10;

/**
 * Reflections whose product turns the directions in which the rows vary most into the first axes, about: `count` unit
 * vectors, [reflection][column]. Orthogonal iteration (Golub and Van Loan, Matrix Computations, 8.2.4) with Householder's
 * QR, so that the product is a rotation to the last bit of f64 even where the directions have not settled.
 */
export function principalReflections(sample: CentredRows, count: number, random: Random): Float64Array {
  const size = sample.columns;
  const covariance = covarianceOf(sample);
  let vectors: Float64Array[] = Array.from({ length: count }, () =>
    Float64Array.from({ length: size }, () => random.next() - 0.5),
  );
  let reflectors: Float64Array[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    reflectors = householder(vectors.map((vector) => times(covariance, vector)));
    vectors = vectors.map((_, index) => axisReflected(reflectors, index, size));
  }
  const packed = new Float64Array(count * size);
  reflectors.forEach((reflector, index) => packed.set(reflector, index * size));
  return packed;
}

/** Without its division by the count of rows: only directions matter. */
function covarianceOf({ rows, columns, values }: CentredRows): Float64Array[] {
  const covariance = Array.from({ length: columns }, () => new Float64Array(columns));
  for (let row = 0; row < rows; row++) {
    const of = values.subarray(row * columns, (row + 1) * columns);
    for (let a = 0; a < columns; a++) addScaled(covariance[a]!, of, of[a]!);
  }
  return covariance;
}

function addScaled(sums: Float64Array, values: Float64Array, factor: number, from = 0): void {
  for (let index = from; index < sums.length; index++) sums[index]! += factor * values[index]!;
}

const times = (matrix: readonly Float64Array[], vector: Float64Array): Float64Array =>
  Float64Array.from(matrix, (row) => dot(row, vector));

function dot(a: Float64Array, b: Float64Array, from = 0): number {
  let sum = 0;
  for (let index = from; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

/** The reflections that make the vectors, as columns, an upper triangle. Changes the vectors. */
function householder(vectors: readonly Float64Array[]): Float64Array[] {
  return vectors.map((vector, index) => {
    const unit = reflectorOf(vector, index);
    for (let later = index; later < vectors.length; later++) reflect(vectors[later]!, unit, index);
    return unit;
  });
}

/** The unit vector of the reflection that clears the entries after `from`; 0, which reflects nothing, where they are 0. */
function reflectorOf(vector: Float64Array, from: number): Float64Array {
  const unit = Float64Array.from(vector, (value, index) => (index < from ? 0 : value));
  const length = Math.sqrt(dot(unit, unit));
  unit[from]! += unit[from]! < 0 ? -length : length;
  const all = Math.sqrt(dot(unit, unit));
  return all > 0 && Number.isFinite(all) ? unit.map((value) => value / all) : unit.fill(0);
}

const reflect = (vector: Float64Array, unit: Float64Array, from: number): void =>
  addScaled(vector, unit, -2 * dot(vector, unit, from), from);

/** The direction that becomes this axis. */
function axisReflected(reflectors: readonly Float64Array[], axis: number, size: number): Float64Array {
  const vector = new Float64Array(size);
  vector[axis] = 1;
  for (let index = reflectors.length - 1; index >= 0; index--) reflect(vector, reflectors[index]!, index);
  return vector;
}
