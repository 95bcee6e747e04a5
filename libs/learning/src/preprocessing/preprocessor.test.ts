import type { Table } from "@millrace/contracts";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { applyPreprocessor, compileRow, fitPreprocessor, rowOf, type PreprocessStep } from "../index.js";

const fixture = JSON.parse(readFileSync(join(__dirname, "../../fixtures/preprocessing.json"), "utf8"));
type Cells = (number | null)[][];

const numbers = (rows: Cells): Table => ({
  rows: rows.length,
  columns: rows[0]!.map((_, index) => ({
    name: `n${index}`,
    kind: "number",
    values: Float64Array.from(rows, (row) => row[index] ?? NaN),
  })),
});
const texts = (values: (string | null)[], name = "t"): Table => {
  const dictionary = [...new Set(values.filter((value) => value !== null))].sort();
  return {
    rows: values.length,
    columns: [
      {
        name,
        kind: "text",
        codes: Int32Array.from(values, (value) => (value === null ? -1 : dictionary.indexOf(value))),
        dictionary,
      },
    ],
  };
};
const transformed = (steps: PreprocessStep[], table: Table, other = table) => {
  const state = fitPreprocessor(table, steps, { features: table.columns.map(({ name }) => name) });
  const matrix = applyPreprocessor(JSON.parse(JSON.stringify(state)), other);
  return Array.from({ length: matrix.rows }, (_, row) => [...rowOf(matrix, row)]);
};
const expectClose = (actual: number[][], expected: number[][]) =>
  actual.forEach((row, r) => row.forEach((value, c) => expect(value).toBeCloseTo(expected[r]![c]!, 10)));

describe("a preprocessor gives scikit-learn's numbers", () => {
  it.each(["standard", "min-max", "robust"] as const)("when it scales: %s", (how) => {
    expectClose(transformed([{ scale: "numeric", with: how }], numbers(fixture.numbers)), fixture.scaled[how]);
  });

  it.each(["mean", "median", "most-frequent", "constant"] as const)("when it fills missing values: %s", (how) => {
    expectClose(
      transformed([{ impute: "numeric", with: how, value: -1 }], numbers(fixture.holes)),
      fixture.filled[how],
    );
  });

  it("when it encodes, and unknown texts are all zeros", () => {
    const steps: PreprocessStep[] = [{ encode: "categorical", with: "one-hot" }];
    expect(transformed(steps, texts(fixture.texts))).toEqual(fixture.one_hot);
    expect(transformed(steps, texts(fixture.texts), texts(fixture.unseen))).toEqual(fixture.one_hot_unseen);
  });

  it("when rare texts share a column", () => {
    const steps: PreprocessStep[] = [{ encode: "categorical", with: "one-hot", minFrequency: 5 }];
    expect(transformed(steps, texts(fixture.texts))).toEqual(fixture.frequent);
    expect(transformed(steps, texts(fixture.texts), texts(fixture.unseen))).toEqual(fixture.frequent_unseen);
  });
});

const mixed: Table = {
  rows: 4,
  columns: [...numbers([[1], [2], [null], [4]]).columns, ...texts(["b", "a", "b", null]).columns],
};
const features = ["n0", "t"];
const steps: PreprocessStep[] = [
  { encode: "categorical", with: "one-hot" },
  { scale: "numeric", with: "min-max" },
  { impute: "numeric", with: "median" },
  { impute: "categorical", with: "most-frequent" },
];

describe("a preprocessor", () => {
  it("fills before it scales and encodes, whatever the order of the steps", () => {
    expect(transformed(steps, mixed)).toEqual([
      [0, 0, 1],
      [1 / 3, 1, 0],
      [1 / 3, 0, 1],
      [1, 0, 1],
    ]);
  });

  it("names the columns that come out", () => {
    expect(fitPreprocessor(mixed, steps, { features }).outputs).toEqual(["n0", "t=a", "t=b"]);
  });

  it("passes numbers through where no step is given", () => {
    expect(transformed([], numbers([[3], [5]]))).toEqual([[3], [5]]);
  });

  it("leaves the centre of a constant column, without dividing by its width of 0", () => {
    expect(transformed([{ scale: "numeric", with: "robust" }], numbers([[3], [3]]))).toEqual([[0], [0]]);
  });

  it("gives a row the numbers that it has in a table, to the bit, by position and by name", () => {
    const cell = fc.tuple(
      fc.option(fc.double({ noNaN: true, min: -1e6, max: 1e6 })),
      fc.option(fc.constantFrom("a", "b", "c")),
    );
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 20 }), (rows) => {
        const table: Table = {
          rows: rows.length,
          columns: [...numbers(rows.map(([n]) => [n])).columns, ...texts(rows.map(([, t]) => t)).columns],
        };
        const state = fitPreprocessor(mixed, steps, { features });
        const matrix = applyPreprocessor(state, table);
        const toFeatures = compileRow(state);
        rows.forEach(([n, t], row) => {
          expect(toFeatures([n, t])).toEqual(rowOf(matrix, row).slice());
          expect(toFeatures({ t, n0: n })).toEqual(rowOf(matrix, row).slice());
        });
      }),
    );
  });

  it("takes numbers for texts where it was fitted on texts", () => {
    expect(
      transformed([{ encode: "categorical", with: "one-hot" }], texts(["1", "A"], "n0"), numbers([[1], [2]])),
    ).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });
});

describe("a preprocessor that cannot be fitted or applied names the column and says what to do", () => {
  const fit =
    (table: Table, steps: PreprocessStep[], features = table.columns.map(({ name }) => name)) =>
    () =>
      fitPreprocessor(table, steps, { features });
  it.each([
    ["PREPROCESS_VALUE_MISSING", fit(numbers([[1], [null]]), [])],
    ["PREPROCESS_VALUE_MISSING", fit(texts(["a", null]), [{ encode: "categorical", with: "one-hot" }])],
    ["PREPROCESS_TEXT_NOT_ENCODED", fit(texts(["a"]), [])],
    ["PREPROCESS_COLUMN_EMPTY", fit(numbers([[null]]), [{ impute: "numeric", with: "mean" }])],
    ["PREPROCESS_COLUMN_UNKNOWN", fit(mixed, steps, ["nothing"])],
    ["PREPROCESS_STEP_INVALID", fit(mixed, [...steps, { scale: "numeric", with: "robust" }])],
    ["PREPROCESS_STEP_INVALID", fit(mixed, [{ scale: "numeric", with: "power" } as unknown as PreprocessStep])],
    ["PREPROCESS_STEP_INVALID", fit(mixed, [{ shrink: "numeric", with: "x" } as unknown as PreprocessStep])],
    ["PREPROCESS_VALUE_MISSING", () => transformed([], numbers([[1]]), numbers([[null]]))],
    ["PREPROCESS_KIND_CHANGED", () => transformed([], numbers([[1]]), texts(["a"], "n0"))],
    ["PREPROCESS_COLUMN_UNKNOWN", () => transformed([], numbers([[1]]), texts(["a"], "other"))],
  ])("%s", (code, act) => {
    expect(act).toThrow(
      expect.objectContaining({
        code,
        problem: expect.objectContaining({ where: expect.any(String), remedy: expect.any(String) }),
      }),
    );
  });
});
