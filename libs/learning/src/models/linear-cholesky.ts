/** L of H = L Lᵀ, and which rows say nothing that those before them do not say. */
export interface Factor {
  readonly lower: Float64Array;
  readonly size: number;
  readonly dependent: readonly number[];
}

/**
 * Cholesky's factorisation; only the lower triangle of `matrix` is read, and replaced. A row of which less than `least`
 * of its diagonal is left when those before it are taken away depends on them: it is left out, and its solution is 0.
 */
export function factorise(matrix: Float64Array, size: number, least: number): Factor {
  const dependent: number[] = [];
  for (let row = 0; row < size; row++) {
    const diagonal = matrix[row * size + row]!;
    for (let column = 0; column < row; column++) {
      const pivot = matrix[column * size + column]!;
      const rest = matrix[row * size + column]! - dotRows(matrix, size, row, column);
      matrix[row * size + column] = pivot === 0 ? 0 : rest / pivot;
    }
    const left = diagonal - dotRows(matrix, size, row, row);
    const leaves = !(left > least * diagonal);
    if (leaves) dependent.push(row);
    matrix[row * size + row] = leaves ? 0 : Math.sqrt(left);
  }
  return { lower: matrix, size, dependent };
}

/** Of the entries before the column's own. */
function dotRows(factor: Float64Array, size: number, row: number, column: number): number {
  let sum = 0;
  for (let k = 0; k < column; k++) sum += factor[row * size + k]! * factor[column * size + k]!;
  return sum;
}

/** s of H s = b. */
export const solveWith = (factor: Factor, b: Float64Array): Float64Array => backward(factor, forward(factor, b));

function forward({ lower, size }: Factor, b: Float64Array): Float64Array {
  const solved = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    const pivot = lower[row * size + row]!;
    let sum = b[row]!;
    for (let k = 0; k < row; k++) sum -= lower[row * size + k]! * solved[k]!;
    solved[row] = pivot === 0 ? 0 : sum / pivot;
  }
  return solved;
}

function backward({ lower, size }: Factor, b: Float64Array): Float64Array {
  const solved = b.slice();
  for (let row = size - 1; row >= 0; row--) {
    const pivot = lower[row * size + row]!;
    solved[row] = pivot === 0 ? 0 : solved[row]! / pivot;
    for (let k = 0; k < row; k++) solved[k]! -= lower[row * size + k]! * solved[row]!;
  }
  return solved;
}
