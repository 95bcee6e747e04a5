import { ProblemError } from "@millrace/contracts";

/** Row-major: the value of row r and column c is `values[r * columns + c]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

export function matrixOf(rows: readonly ArrayLike<number>[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  const values = new Float64Array(rows.length * columns);
  rows.forEach((row, index) => values.set(row, index * columns));
  return { rows: rows.length, columns, values };
}

export const rowOf = ({ columns, values }: Matrix, row: number): Float64Array =>
  values.subarray(row * columns, (row + 1) * columns);

export function takeMatrixRows(matrix: Matrix, rows: ArrayLike<number>): Matrix {
  const values = new Float64Array(rows.length * matrix.columns);
  for (let index = 0; index < rows.length; index++) values.set(rowOf(matrix, rows[index]!), index * matrix.columns);
  return { rows: rows.length, columns: matrix.columns, values };
}

export function requireColumns(matrix: Matrix, expected: number): void {
  if (matrix.columns === expected) return;
  throw new ProblemError({
    code: "MATRIX_WIDTH_WRONG",
    message: `the model was fitted on ${expected} columns, the matrix has ${matrix.columns}.`,
    remedy: "Make the matrix with the preprocessor that was fitted with the model.",
  });
}
