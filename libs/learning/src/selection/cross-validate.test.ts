import type { Table } from "@millrace/contracts";
import { seededRandom } from "../data/random.js";
import { crossValidate, validateFold } from "./cross-validate.js";
import type { Trial } from "./trial.js";
import { plainFolds, repeatedFolds } from "./folds.js";
import { nestedCrossValidate } from "./nested-cross-validate.js";
import { otherRows } from "./rows.js";
import { timeFolds } from "./time-folds.js";
import { trialOnFolds, tune, type TuningTask } from "./tune.js";

const ROWS = 120;
const draw = seededRandom(8);
const codes = Int32Array.from({ length: ROWS }, (_, row) => (row % 4 === 0 ? 1 : 0));
const colours = ["blue", "green", "red"];
const table: Table = {
  rows: ROWS,
  columns: [
    { name: "n", kind: "number", values: Float64Array.from(codes, (code) => draw.next() + 0.6 * code) },
    { name: "noise", kind: "number", values: Float64Array.from(codes, () => draw.next()) },
    {
      name: "colour",
      kind: "text",
      dictionary: colours,
      codes: codes.map((code) => (code === 1 ? draw.integer(2) : 2)),
    },
  ],
};
const trial: Trial = {
  ...{ table, y: codes, classes: ["no", "yes"], positive: "yes", family: "logistic-regression", seed: 5 },
  ...{ preprocess: [{ scale: "numeric", with: "standard" }], features: ["n", "noise"] },
};
const task: TuningTask = { ...trial, folds: 4, metric: "log_loss" };
const space = { C: { min: 1e-3, max: 100, log: true } };

describe("crossValidate", () => {
  it("gives a weighted row what as many rows get", () => {
    const test = Int32Array.from({ length: 40 }, (_, row) => row * 3);
    const weights = Float64Array.from(codes, (code) => (code === 1 ? 3 : 1));
    const weighted = validateFold({ ...trial, preprocess: [], weights }, test);
    const more = Array.from(codes, (_, row) => row).filter((row) => codes[row] === 1 && !test.includes(row));
    const extra = [...more, ...more];
    const grown: Table = {
      rows: ROWS + extra.length,
      columns: table.columns.slice(0, 2).map((column) => {
        const { values } = column as { values: Float64Array };
        return { ...column, values: Float64Array.of(...values, ...extra.map((row) => values[row]!)) } as never;
      }),
    };
    const y = Int32Array.of(...codes, ...extra.map((row) => codes[row]!));
    const repeated = validateFold({ ...trial, table: grown, y, preprocess: [] }, test);
    repeated.probabilities.forEach((value, at) => expect(weighted.probabilities[at]).toBeCloseTo(value, 6));
    expect(weighted.metrics.log_loss).not.toBeCloseTo(repeated.metrics.log_loss!, 3);
  });

  it("resamples what is learnt from, and nothing of what is tested on", () => {
    const seen: number[] = [];
    const result = crossValidate({
      ...{ ...trial, folds: 4 },
      resample: (data) => {
        seen.push(data.x.rows);
        return { x: data.x, y: data.y, weights: Float64Array.from(data.y, (code) => (code === 1 ? 3 : 1)) };
      },
    });
    expect(seen).toEqual([90, 90, 90, 90]);
    expect(result.folds.map(({ rows }) => rows.length)).toEqual([30, 30, 30, 30]);
    const mean = (values: Float64Array) => values.reduce((sum, value, index) => sum + (index % 2) * value, 0) / ROWS;
    expect(mean(crossValidate({ ...trial, folds: 4 }).outOfFold)).toBeCloseTo(0.25, 1);
    expect(mean(result.outOfFold)).toBeGreaterThan(0.35);
  });

  it("scores a regression by the metrics of values", () => {
    const y = Float64Array.from(codes, (code, row) => 10 * code + (row % 7));
    const result = crossValidate({ ...trial, y, classes: [], family: "linear-regression", folds: 4 });
    expect(result.outOfFold).toHaveLength(ROWS);
    expect(result.mean.r2).toBeGreaterThan(0.2);
    expect(result.mean.rmse).toBeLessThan(5);
    const weighted = crossValidate({
      ...trial,
      y,
      classes: [],
      weights: y.map((value) => value + 1),
      family: "linear-regression",
      folds: 4,
    });
    expect(weighted.mean.r2).not.toBeCloseTo(result.mean.r2!, 3);
  });

  it("gives the family the columns that hold categories", () => {
    const preprocess = [{ encode: "categorical", with: "native" }] as never;
    expect(() => validateFold({ ...trial, features: ["n", "colour"], preprocess }, Int32Array.of(0, 1, 2))).toThrow(
      "column 1 holds codes of categories",
    );
  });

  it("keeps a column that is encoded by the target from telling its own row", () => {
    const unique = {
      ...table.columns[2]!,
      codes: codes.map((_, row) => row),
      dictionary: Array.from(codes, (_, row) => `t${String(row).padStart(3, "0")}`),
    };
    const encoded = { ...trial, table: { ...table, columns: [unique as never] }, features: ["colour"] };
    const { mean } = crossValidate({
      ...encoded,
      preprocess: [{ encode: "categorical", with: "target" }] as never,
      folds: 4,
    });
    expect(Math.abs(mean.roc_auc! - 0.5)).toBeLessThan(0.2);
  });

  it("gives the mean of the repeats, and NaN for rows that no fold tests", () => {
    const repeats = repeatedFolds({ repeats: 2, seed: 1 }, (seed) => plainFolds({ rows: ROWS, folds: 3, seed }));
    const both = crossValidate({ ...trial, folds: repeats });
    const [first, second] = [repeats.slice(0, 3), repeats.slice(3)].map((folds) => crossValidate({ ...trial, folds }));
    expect(both.folds).toHaveLength(6);
    expect(both.outOfFold[17]).toBeCloseTo((first!.outOfFold[17]! + second!.outOfFold[17]!) / 2, 12);
    const inTime = crossValidate({ ...trial, folds: timeFolds({ times: codes.map((_, row) => row), folds: 3 }) });
    expect(inTime.outOfFold.subarray(0, 60).every(Number.isNaN)).toBe(true);
    expect(inTime.outOfFold.subarray(60).every(Number.isFinite)).toBe(true);
  });

  it("tells how far it is, and ends when it is called off", () => {
    const told: number[] = [];
    const onProgress = (done: number, total: number) => void told.push(done / total);
    crossValidate({ ...trial, folds: 4 }, { onProgress });
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
    expect(() => crossValidate({ ...trial, folds: 4 }, { signal: { aborted: true } })).toThrow("called off");
  });

  it("refuses a fold without rows, and a class too small for the folds by its name", () => {
    expect(() => validateFold(trial, { train: new Int32Array(0), test: Int32Array.of(1) })).toThrow(
      "a fold has 0 rows to learn from and 1 to be tested on",
    );
    const y = codes.map((_, row) => (row === 7 ? 1 : 0));
    expect(() => crossValidate({ ...trial, y, folds: 3 })).toThrow('class "yes" has one row (row 8)');
  });
});

describe("tune", () => {
  const candidates = [{ family: "logistic-regression", space }];

  it("finds the penalty, and the same one again", () => {
    const outcome = tune(task, { candidates, method: "random", trials: 8 });
    const losses = outcome.finished.filter(({ stopped }) => !stopped).map(({ scores }) => mean(scores!));
    expect(mean(outcome.best!.scores!)).toBe(Math.min(...losses));
    expect(tune(task, { candidates, method: "random", trials: 8 })).toEqual(outcome);
    const { folds } = crossValidate({ ...trial, folds: 4, params: outcome.best!.params });
    expect(outcome.best!.scores).toEqual(folds.map(({ metrics }) => metrics.log_loss));
  });

  it("learns from a share of the rows of each class, and tests on all of the fold", () => {
    const seen: Int32Array[] = [];
    const resample: Trial["resample"] = (data) => (seen.push(data.y as Int32Array), data);
    const evaluate = trialOnFolds({ ...task, resample });
    for (const share of [1 / 3, 1])
      evaluate({ id: "", number: 0, family: trial.family, params: {}, share }, () => false);
    const classesOf = (y: Int32Array) => [0, 1].map((code) => y.filter((other) => other === code).length);
    expect(classesOf(seen[0]!)).toEqual([22, 8]);
    expect(classesOf(seen[4]!)).toEqual([67, 23]);
  });

  it("says of a metric that has no value where", () => {
    const folds = [Int32Array.from({ length: 30 }, (_, row) => row * 4), Int32Array.of(1, 2, 4)];
    const { finished, best } = tune(
      { ...task, folds, metric: "roc_auc" },
      { candidates: [{ family: trial.family }], method: "grid" },
    );
    expect(finished[0]!.problem).toMatchObject({ code: expect.stringMatching(/SCORE_UNDEFINED|MODEL_ONE_CLASS/) });
    expect(best).toBeUndefined();
  });

  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
});

describe("nestedCrossValidate", () => {
  it("chooses in each fold without the rows of the fold", () => {
    const candidates = [{ family: "logistic-regression", space: { C: [0.001, 1] } }];
    const options = { ...task, outer: 3, inner: 3 };
    const nested = nestedCrossValidate(options, { candidates, method: "grid" });
    expect(nested.outOfFold.every(Number.isFinite)).toBe(true);
    expect(nested.mean.log_loss).toBeLessThan(0.6);
    const [first] = nested.folds;
    expect(first!.chosen.params).toEqual({ C: 1 });
    // What a fold's rows say is nothing to the choice for it.
    const y = codes.map((code, row) => (first!.rows.includes(row) ? 1 - code : code));
    const outer = nested.folds.map(({ rows }) => rows);
    const folds = nestedCrossValidate({ ...options, y, outer }, { candidates, method: "grid" }).folds;
    expect(folds[0]!.chosen).toEqual(first!.chosen);
    expect(folds[0]!.probabilities).toEqual(first!.probabilities);
    expect(folds[0]!.metrics).not.toEqual(first!.metrics);
  });

  it("deals the inner folds as it is told", () => {
    const asked: number[] = [];
    const inner = (rows: Int32Array) => {
      asked.push(rows.length);
      return plainFolds({ rows: rows.length, folds: 2, seed: 1 });
    };
    const outer = [
      Int32Array.from({ length: 40 }, (_, row) => row),
      Int32Array.from({ length: 60 }, (_, row) => row + 60),
    ];
    nestedCrossValidate({ ...task, outer, inner }, { candidates: [{ family: trial.family }], method: "grid" });
    expect(asked).toEqual([80, 60]);
    expect(otherRows(ROWS, outer[0]!)).toHaveLength(80);
  });
});
