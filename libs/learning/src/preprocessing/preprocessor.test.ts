import type { Table } from "@millrace/contracts";
import { applyPreprocessor, compileRow } from "./apply-preprocessor.js";
import { categoricalOutputs } from "./chain-outputs.js";
import { checkRow } from "./check-row.js";
import { fitAndApplyPreprocessor } from "./fit-and-apply.js";
import { fitPreprocessor } from "./fit-preprocessor.js";
import type { PreprocessStep } from "./preprocess-steps.js";
import { namesOf, numberColumn, numbers, rowsOf, tableOf, textColumn, texts, transformed } from "./table-for-test.js";

const mixed: Table = tableOf(numberColumn("n0", [1, 2, null, 4]), textColumn("t", ["b", "a", "b", null]));
const features = ["n0", "t"];
const steps: PreprocessStep[] = [
  { encode: "categorical", with: "one-hot" },
  { scale: "numeric", with: "min-max" },
  { impute: "numeric", with: "median" },
  { impute: "categorical", with: "most-frequent" },
];
const third = Math.fround(1 / 3);
const keep: PreprocessStep[] = [
  { impute: "numeric", with: "keep" },
  { impute: "categorical", with: "keep" },
];
const outputsOf = (table: Table, given: PreprocessStep[]) =>
  fitPreprocessor(table, given, { features: namesOf(table) }).outputs;

describe("a preprocessor", () => {
  it("fills before it scales and encodes, whatever the order of the steps", () => {
    expect(transformed(steps, mixed)).toEqual([
      [0, 0, 1],
      [third, 1, 0],
      [third, 0, 1],
      [1, 0, 1],
    ]);
  });

  it("names the columns that come out, and what comes in", () => {
    const state = fitPreprocessor(mixed, steps, { features });
    expect(state.outputs).toEqual(["n0", "t=a", "t=b"]);
    expect(state.inputs.map(({ name, kind }) => [name, kind])).toEqual([
      ["n0", "number"],
      ["t", "text"],
    ]);
  });

  it("passes numbers through where no step is given", () => {
    expect(transformed([], numbers([[3], [5]]))).toEqual([[3], [5]]);
  });

  it("lets a step that names columns take the place of one that names none", () => {
    const given: PreprocessStep[] = [
      { scale: "numeric", with: "max-abs" },
      { scale: "numeric", with: "min-max", columns: ["n1"] },
      { scale: "numeric", with: "none", columns: ["n2"] },
    ];
    const table = numbers([
      [2, 2, 2],
      [4, 4, 4],
    ]);
    expect(transformed(given, table)).toEqual([
      [0.5, 0, 2],
      [1, 1, 4],
    ]);
  });

  it("leaves the centre of a constant column, without dividing by its width of 0", () => {
    for (const how of ["standard", "min-max", "robust", "power"] as const)
      expect(transformed([{ scale: "numeric", with: how }], numbers([[3], [3]]))).toEqual([[0], [0]]);
  });

  it("keeps missing values missing where it is told to, through every step", () => {
    for (const scale of ["standard", "robust", "power", "quantile"] as const) {
      const given: PreprocessStep[] = [...keep, { clip: "numeric", with: "iqr" }, { scale: "numeric", with: scale }];
      expect(transformed(given, numbers([[1], [null], [2], [9]]))[1]).toEqual([NaN]);
    }
  });

  it("says where a value was missing, for columns that had a missing value in training", () => {
    const given: PreprocessStep[] = [{ impute: "numeric", with: "mean", indicators: true }];
    const table = numbers([
      [1, 5],
      [null, 6],
      [3, 7],
    ]);
    expect(outputsOf(table, given)).toEqual(["n0", "n0 (missing)", "n1"]);
    expect(transformed(given, table)).toEqual([
      [1, 0, 5],
      [2, 1, 6],
      [3, 0, 7],
    ]);
  });

  it("draws in what lies beyond the fences, and beyond quantiles", () => {
    const table = numbers([[0], [1], [2], [3], [100]]);
    expect(transformed([{ clip: "numeric", with: "iqr" }], table).at(-1)).toEqual([6]);
    expect(transformed([{ clip: "numeric", with: "quantiles", low: 0.25, high: 0.75 }], table)).toEqual(
      [1, 1, 2, 3, 3].map((value) => [value]),
    );
  });

  it("cuts numbers at borders, a value on a border above it, and encodes the buckets where they are named", () => {
    const table = numbers([[1], [2], [5]]);
    const cut: PreprocessStep = { buckets: "numeric", with: "borders", borders: [2, 4] };
    expect(transformed([cut], table)).toEqual([[0], [1], [2]]);
    const encoded: PreprocessStep[] = [cut, { encode: "categorical", with: "one-hot", columns: ["n0"] }];
    expect(outputsOf(table, encoded)).toEqual(["n0=0", "n0=1", "n0=2"]);
    expect(transformed(encoded, table, numbers([[3]]))).toEqual([[0, 1, 0]]);
  });

  it("says which columns hold codes of categories", () => {
    const given: PreprocessStep[] = [...keep, { encode: "categorical", with: "native" }];
    const state = fitPreprocessor(mixed, given, { features: ["t", "n0"] });
    expect(categoricalOutputs(state)).toEqual([0]);
    expect(rowsOf(applyPreprocessor(state, mixed)).map(([code]) => code)).toEqual([1, 0, 1, NaN]);
    const other = tableOf(textColumn("t", ["never seen"]), numberColumn("n0", [1]));
    expect(rowsOf(applyPreprocessor(state, other))).toEqual([[NaN, 1]]);
  });

  it("gives the rarest of many categories one code, so that all fit into 255", () => {
    const values = Array.from({ length: 300 }, (_, index) => `c${index}`).flatMap((name, index) =>
      index < 10 ? [name] : [name, name],
    );
    const codes = transformed([{ encode: "categorical", with: "native" }], texts(values)).flat();
    expect(Math.max(...codes)).toBe(254);
    expect(codes.slice(0, 10)).toEqual(new Array(10).fill(254));
  });

  it("takes the order of categories that it is given", () => {
    const given: PreprocessStep[] = [{ encode: "categorical", with: "ordinal", order: ["low", "middle", "high"] }];
    expect(transformed(given, texts(["high", "low"]), texts(["middle", "high", "none"]))).toEqual([[1], [2], [-1]]);
  });

  it("gives unknown texts a column of their own where it is told to", () => {
    const given: PreprocessStep[] = [{ encode: "categorical", with: "one-hot", unknown: "column" }];
    expect(outputsOf(texts(["a", "b"]), given)).toEqual(["t=a", "t=b", "t=(unknown)"]);
    expect(transformed(given, texts(["a", "b"]), texts(["b", "c"]))).toEqual([
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });

  it("encodes by the share of the rows, 0 for an unknown text", () => {
    const given: PreprocessStep[] = [{ encode: "categorical", with: "frequency" }];
    expect(transformed(given, texts(["a", "b", "a", "a"]), texts(["a", "b", "c"]))).toEqual([[0.75], [0.25], [0]]);
  });

  it("does not let a training row see its own target in a target encoding", () => {
    const values = Array.from({ length: 40 }, (_, row) => row);
    const table = texts(values.map((row) => `own${row}`));
    const given: PreprocessStep[] = [{ encode: "categorical", with: "target" }];
    const target = { values };
    const { state, matrix } = fitAndApplyPreprocessor(table, given, { features: ["t"], target, seed: 1 });
    const again = fitAndApplyPreprocessor(table, given, { features: ["t"], target, seed: 1 });
    expect(again.matrix).toEqual(matrix);
    expect(state.outputs).toEqual(["t"]);
    expect(new Set(matrix.values).size).toBe(5); // each row has the mean of the four folds that it is not in
    expect(applyPreprocessor(state, table).values[39]).toBe(39);
  });

  it("takes numbers for texts where it was fitted on texts", () => {
    const given: PreprocessStep[] = [{ encode: "categorical", with: "one-hot" }];
    expect(transformed(given, texts(["1", "A"], "n0"), numbers([[1], [2]]))).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });

  it("takes an empty text, and a number that is not finite or that no float32 holds, for missing", () => {
    const table = tableOf(numberColumn("n0", [1, Infinity, 1e300, -Infinity]), textColumn("t", ["a", "", "a", "b"]));
    expect(transformed([...keep, { encode: "categorical", with: "ordinal" }], table)).toEqual([
      [1, 0],
      [NaN, NaN],
      [NaN, 0],
      [NaN, 1],
    ]);
  });

  it("keeps what is scaled finite, however far it lies", () => {
    const given: PreprocessStep[] = [{ scale: "numeric", with: "standard" }];
    const [[value]] = transformed(given, numbers([[0], [1e-30]]), numbers([[3e38]])) as [[number]];
    expect(value).toBe(3.4028234663852886e38);
  });
});

describe("columns that are derived", () => {
  const table = tableOf(
    numberColumn("price", [10, 20, 30]),
    numberColumn("count", [2, 0, 5]),
    textColumn("when", ["2024-02-29T23:10:00", "1969-12-31", null]),
    textColumn("note", ["two words", "1 2 3", "x"]),
  );

  it("come after the features, may use columns that are none, and go through the steps themselves", () => {
    const given: PreprocessStep[] = [
      { derive: { each: "price / count", double: "each * 2" } },
      { impute: "numeric", with: "constant", value: -1 },
    ];
    const state = fitPreprocessor(table, given, { features: ["price"] });
    expect(state.inputs.map(({ name }) => name)).toEqual(["price", "count"]);
    expect(state.outputs).toEqual(["price", "each", "double"]);
    expect(rowsOf(applyPreprocessor(state, table))).toEqual([
      [10, 5, 10],
      [20, -1, -1],
      [30, 6, 12],
    ]);
    expect([...compileRow(state)({ price: 20, count: 0 })]).toEqual([20, -1, -1]);
  });

  it("are the parts of dates, which take the place of the column", () => {
    const given: PreprocessStep[] = [{ dates: ["when"] }, { impute: "numeric", with: "keep" }];
    const state = fitPreprocessor(table, given, { features: ["when"] });
    expect(state.outputs).toEqual(["year", "month", "day", "weekday", "hour", "days"].map((part) => `when.${part}`));
    expect(rowsOf(applyPreprocessor(state, table))).toEqual([
      [2024, 2, 29, 3, 23, 19782],
      [1969, 12, 31, 2, 0, -1],
      [NaN, NaN, NaN, NaN, NaN, NaN],
    ]);
  });

  it("are the counts of texts", () => {
    const state = fitPreprocessor(table, [{ text: ["note"] }], { features: ["note"] });
    expect(state.outputs).toEqual(["note.length", "note.words", "note.digits"]);
    expect(rowsOf(applyPreprocessor(state, table))).toEqual([
      [9, 2, 0],
      [5, 3, 3],
      [1, 1, 0],
    ]);
  });

  it("keep the column too where another step names it", () => {
    const given: PreprocessStep[] = [
      { text: ["note"], parts: ["words"] },
      { encode: "categorical", with: "ordinal", columns: ["note"] },
    ];
    expect(fitPreprocessor(table, given, { features: ["note"] }).outputs).toEqual(["note", "note.words"]);
  });
});

describe("a preprocessor that cannot be fitted or applied names the place and says what to do", () => {
  const fit =
    (table: Table, given: PreprocessStep[], wanted = namesOf(table)) =>
    () =>
      fitPreprocessor(table, given, { features: wanted });
  const oneHot: PreprocessStep = { encode: "categorical", with: "one-hot" };
  const wrong = (step: object) => fit(mixed, [step as PreprocessStep]);
  it.each([
    ["PREPROCESS_VALUE_MISSING", fit(numbers([[1], [null]]), [])],
    ["PREPROCESS_VALUE_MISSING", fit(texts(["a", null]), [oneHot])],
    ["PREPROCESS_TEXT_NOT_ENCODED", fit(texts(["a"]), [])],
    ["PREPROCESS_COLUMN_EMPTY", fit(numbers([[null]]), [{ impute: "numeric", with: "mean" }])],
    ["PREPROCESS_COLUMN_EMPTY", fit(numbers([[null]]), [{ impute: "numeric", with: "knn" }])],
    ["PREPROCESS_COLUMN_EMPTY", fit(texts([null]), [{ impute: "categorical", with: "most-frequent" }, oneHot])],
    ["PREPROCESS_COLUMN_UNKNOWN", fit(mixed, steps, ["nothing"])],
    ["PREPROCESS_COLUMN_UNKNOWN", fit(mixed, [...steps, { scale: "numeric", with: "robust", columns: ["x"] }])],
    ["PREPROCESS_STEP_INVALID", fit(mixed, [...steps, { scale: "numeric", with: "robust" }])],
    ["PREPROCESS_STEP_INVALID", fit(mixed, [...steps, { scale: "numeric", with: "robust", columns: ["t"] }])],
    ["PREPROCESS_STEP_INVALID", wrong({ scale: "numeric", with: "logarithm" })],
    ["PREPROCESS_STEP_INVALID", wrong({ shrink: "numeric", with: "x" })],
    ["PREPROCESS_STEP_INVALID", wrong({ impute: "numeric", with: "knn", neighbours: 0 })],
    ["PREPROCESS_STEP_INVALID", wrong({ impute: "numeric", with: "knn", neighbors: 3 })],
    ["PREPROCESS_STEP_INVALID", wrong({ buckets: "numeric", with: "borders" })],
    ["PREPROCESS_STEP_INVALID", wrong({ buckets: "numeric", with: "borders", borders: [2, 1] })],
    ["PREPROCESS_STEP_INVALID", wrong({ dates: ["n0"], parts: ["century"] })],
    ["PREPROCESS_NAME_TAKEN", wrong({ derive: { n0: "n0 + 1" } })],
    ["PREPROCESS_TARGET_NEEDED", fit(texts(["a"]), [{ encode: "categorical", with: "target" }])],
    ["EXPRESSION_INVALID", wrong({ derive: { x: "n0 + t" } })],
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

  it("TASK_TOO_LARGE, before anything is made", () => {
    const state = {
      ...fitPreprocessor(numbers([[1]]), [], { features: ["n0"] }),
      outputs: new Array(1 << 20).fill("x"),
    };
    expect(() => applyPreprocessor(state, { rows: 1 << 20, columns: [] })).toThrow("GB");
  });

  it("a row for which there is nothing to put in the place of a missing value", () => {
    const { inputs } = fitPreprocessor(numbers([[1]]), [], { features: ["n0"] });
    expect(() => checkRow(inputs)([null])).toThrow("/0 is missing");
    expect(() => checkRow(inputs)([1e300])).toThrow("/0 must be a number");
    expect(() => checkRow(fitPreprocessor(mixed, steps, { features }).inputs)([null, null])).not.toThrow();
  });
});
