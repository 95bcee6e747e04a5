import type { Matrix, Numbers } from "./matrix.js";

/** The values that are not 0, row by row: one-hot columns are mostly 0, so a pass over these is several times shorter. */
export interface SparseRows {
  readonly rows: number;
  readonly columns: number;
  /** Row r has the entries from starts[r] to starts[r + 1]. */
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

export function sparseRows({ rows, columns, values }: Matrix): SparseRows {
  const count = countNonZero(values);
  const sparse = {
    rows,
    columns,
    starts: new Int32Array(rows + 1),
    indices: new Int32Array(count),
    values: new Float64Array(count),
  };
  let next = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column]!;
      if (value === 0) continue;
      sparse.indices[next] = column;
      sparse.values[next++] = value;
    }
    sparse.starts[row + 1] = next;
  }
  return sparse;
}

function countNonZero(values: Numbers): number {
  let count = 0;
  for (let index = 0; index < values.length; index++) if (values[index] !== 0) count += 1;
  return count;
}
