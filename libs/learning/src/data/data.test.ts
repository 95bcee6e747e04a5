import fc from "fast-check";
import { ascendingOrder } from "./ascending-order.js";
import { codedColumn, matrixOfColumns, numericColumn } from "./columns.js";
import { columnMajor, columnOf, copyColumn, rowMajor } from "./layout.js";
import { seededRandom } from "./random.js";
import {
  codesWithMissing,
  countMissing,
  isValid,
  numbersWithMissing,
  validityOfCodes,
  validityOfNumbers,
} from "./validity.js";

describe("ascendingOrder", () => {
  const expected = (values: Float64Array) =>
    Array.from(values, (_, row) => row).sort((a, b) => {
      const [x, y] = [values[a]!, values[b]!];
      if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
      return x < y ? -1 : x > y ? 1 : a - b;
    });

  it.each([10, 2000])("sorts %d values of any kind, equal ones by row, NaN last", (length) => {
    const value = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1, NaN, Infinity, -Infinity), fc.integer({ max: 5 }));
    fc.assert(
      fc.property(fc.array(value, { minLength: length, maxLength: length }), (values) => {
        const numbers = Float64Array.from(values);
        expect([...ascendingOrder(numbers)]).toEqual(expected(numbers));
      }),
      { numRuns: 20 },
    );
  });

  it("sorts float32 and constants too", () => {
    const { next } = seededRandom(1);
    const values = Float32Array.from({ length: 5000 }, () => next() - 0.5);
    expect([...ascendingOrder(values)]).toEqual(expected(Float64Array.from(values)));
    expect([...ascendingOrder(new Float64Array(1000).fill(3))]).toEqual([...Array(1000).keys()]);
    expect(ascendingOrder(new Float64Array(0))).toHaveLength(0);
  });
});

describe("the layouts of a matrix", () => {
  it("hold the same numbers, and turning twice gives the first back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 80 }), (rows, columns) => {
        const values = Float32Array.from({ length: rows * columns }, (_, index) => index);
        const turned = columnMajor({ rows, columns, values });
        for (let column = 0; column < columns; column++)
          expect(columnOf(turned, column)).toEqual(copyColumn({ rows, columns, values }, column));
        expect(rowMajor(turned)).toEqual({ rows, columns, values });
      }),
    );
  });

  it("are not copied where they are the same", () => {
    const values = Float64Array.of(1, 2, 3);
    expect(columnMajor({ rows: 3, columns: 1, values }).values).toBe(values);
    expect(rowMajor({ rows: 1, columns: 3, values }).values).toBe(values);
    expect(columnMajor({ rows: 0, columns: 3, values: new Float64Array(0) }).values).toHaveLength(0);
  });
});

describe("a validity bitmap", () => {
  const holes = fc.array(fc.option(fc.integer({ min: 0, max: 9 })), { maxLength: 40 });

  it("says of numbers and of codes which rows have one, and puts the missing ones back", () => {
    fc.assert(
      fc.property(holes, (cells) => {
        const numbers = Float64Array.from(cells, (cell) => cell ?? NaN);
        const codes = Int32Array.from(cells, (cell) => cell ?? -1);
        const validity = validityOfNumbers(numbers);
        expect(validityOfCodes(codes)).toEqual(validity);
        expect(cells.map((_, row) => isValid(validity, row))).toEqual(cells.map((cell) => cell !== null));
        expect(countMissing(validity, cells.length)).toBe(cells.filter((cell) => cell === null).length);
        const filled = (missing: number) => cells.map((cell) => cell ?? missing);
        expect(numbersWithMissing(Float64Array.from(filled(7)), validity)).toEqual(numbers);
        expect(codesWithMissing(Int32Array.from(filled(7)), validity)).toEqual(codes);
      }),
    );
  });

  it("reads bits as Arrow writes them, the lowest first", () => {
    expect([...numbersWithMissing(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), Uint8Array.of(0b10110101, 1))]).toEqual([
      ...[1, NaN, 3, NaN, 5, 6, NaN, 8, 9],
    ]);
  });

  it("copies nothing where nothing is missing, and is refused where it is too short", () => {
    const values = Float64Array.of(1, 2);
    expect(numbersWithMissing(values, undefined)).toBe(values);
    expect(numbersWithMissing(values, Uint8Array.of(3))).toBe(values);
    expect(() => codesWithMissing(new Int32Array(9), Uint8Array.of(255))).toThrow("there are 9");
  });
});

describe("columns", () => {
  it("are made of numbers or of codes, with a bitmap or without", () => {
    const values = Float64Array.of(1, 2, 3);
    expect(numericColumn("a", values).values).toBe(values);
    expect(numericColumn("a", Float32Array.of(1, 2, 3), Uint8Array.of(0b101)).values).toEqual(
      Float64Array.of(1, NaN, 3),
    );
    const codes = Int32Array.of(0, 1, 0, 2);
    expect(codedColumn("b", { codes, dictionary: ["x", "y", "z"] }).codes).toBe(codes);
    expect(codedColumn("b", { codes, dictionary: ["z", "x", "z"] }, Uint8Array.of(0b1011))).toEqual({
      ...{ name: "b", kind: "text", codes: Int32Array.of(1, 0, -1, 1), dictionary: ["x", "z"] },
    });
    expect(() => codedColumn("b", { codes, dictionary: ["x"] })).toThrow("row 2 has the code 1");
  });

  it("stand side by side in a matrix, missing ones as NaN", () => {
    const columns = [
      numericColumn("a", Float64Array.of(1, NaN)),
      codedColumn("b", { codes: Int32Array.of(-1, 1), dictionary: ["x", "y"] }),
    ];
    expect(matrixOfColumns(columns)).toEqual({ rows: 2, columns: 2, values: Float32Array.of(1, NaN, NaN, 1) });
    expect(matrixOfColumns([])).toEqual({ rows: 0, columns: 0, values: new Float32Array(0) });
    expect(() => matrixOfColumns([...columns, numericColumn("c", Float64Array.of(1))])).toThrow("c: the column has 1");
  });
});
