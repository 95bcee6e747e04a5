import { ProblemError } from "@millrace/contracts";

export type Numbers = Float32Array | Float64Array;

/** Row-major: the value of row r and column c is `values[r * columns + c]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Numbers;
}

export function matrixOf(rows: readonly ArrayLike<number>[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  const values = new Float64Array(rows.length * columns);
  rows.forEach((row, index) => values.set(row, index * columns));
  return { rows: rows.length, columns, values };
}

export const rowOf = ({ columns, values }: Matrix, row: number): Numbers =>
  values.subarray(row * columns, (row + 1) * columns);

export function takeMatrixRows(matrix: Matrix, rows: ArrayLike<number>): Matrix {
  const values = sameKind(matrix.values, rows.length * matrix.columns);
  for (let index = 0; index < rows.length; index++) values.set(rowOf(matrix, rows[index]!), index * matrix.columns);
  return { rows: rows.length, columns: matrix.columns, values };
}

const sameKind = (values: Numbers, length: number): Numbers =>
  values instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);

export function requireColumns(matrix: Matrix, expected: number): void {
  if (matrix.columns === expected) return;
  throw new ProblemError({
    code: "MATRIX_WIDTH_WRONG",
    message: `the model was fitted on ${expected} columns, the matrix has ${matrix.columns}.`,
    remedy: "Make the matrix with the preprocessor that was fitted with the model.",
  });
}
