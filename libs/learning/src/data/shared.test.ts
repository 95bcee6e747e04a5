import type { Table } from "@millrace/contracts";
import { matrixOf } from "./matrix.js";
import { sharedMatrix, sharedTable, sharedValues } from "./shared.js";

describe("memory that threads share", () => {
  it("holds the same numbers, and is not copied again", () => {
    const matrix = matrixOf([
      [1, NaN],
      [3, 4],
    ]);
    const shared = sharedMatrix(matrix);
    expect(shared).toEqual(matrix);
    expect(shared.values.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(sharedValues(shared.values)).toBe(shared.values);
  });

  it("holds the columns of a table", () => {
    const table: Table = {
      rows: 2,
      columns: [
        { name: "n", kind: "number", values: Float64Array.of(1, NaN) },
        { name: "t", kind: "text", codes: Int32Array.of(-1, 0), dictionary: ["a"] },
      ],
    };
    expect(sharedTable(table)).toEqual(table);
  });
});
