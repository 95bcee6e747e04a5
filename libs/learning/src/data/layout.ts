import type { Matrix, Numbers } from "./matrix.js";

/** Column by column: the value of row r and column c is `values[c * rows + r]`. */
export interface ColumnMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Numbers;
}

/** A square of this side of both matrices stays in the first cache while it is turned. */
const BLOCK = 32;

/** The same numbers column by column. One row or one column is the same in both layouts: then nothing is copied. */
export const columnMajor = ({ rows, columns, values }: Matrix): ColumnMatrix => ({
  rows,
  columns,
  values: sameInBoth(rows, columns) ? values : transposed(values, rows, columns),
});

/** The same numbers row by row, copied only where the layouts differ. */
export const rowMajor = ({ rows, columns, values }: ColumnMatrix): Matrix => ({
  rows,
  columns,
  values: sameInBoth(rows, columns) ? values : transposed(values, columns, rows),
});

/** A column of it, not a copy. */
export const columnOf = ({ rows, values }: ColumnMatrix, column: number): Numbers =>
  values.subarray(column * rows, (column + 1) * rows);

/** One column of a row-major matrix, as an array of its own. */
export function copyColumn({ rows, columns, values }: Matrix, column: number): Numbers {
  const copy = values instanceof Float32Array ? new Float32Array(rows) : new Float64Array(rows);
  for (let row = 0; row < rows; row++) copy[row] = values[row * columns + column]!;
  return copy;
}

const sameInBoth = (rows: number, columns: number): boolean => rows <= 1 || columns <= 1;

/** Of `rows` × `columns` numbers row by row, block by block so that neither side jumps through memory. */
function transposed(values: Numbers, rows: number, columns: number): Numbers {
  const turned = values instanceof Float32Array ? new Float32Array(values.length) : new Float64Array(values.length);
  for (let top = 0; top < rows; top += BLOCK) {
    const bottom = Math.min(rows, top + BLOCK);
    for (let left = 0; left < columns; left += BLOCK) {
      const right = Math.min(columns, left + BLOCK);
      for (let column = left; column < right; column++) {
        for (let row = top; row < bottom; row++) turned[column * rows + row] = values[row * columns + column]!;
      }
    }
  }
  return turned;
}
