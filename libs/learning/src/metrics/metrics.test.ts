import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { averagePrecision } from "./average-precision.js";
import { calibrationError, calibrationTable } from "./calibration-error.js";
import { confusionMatrix } from "./confusion-matrix.js";
import {
  evaluateProbabilities,
  evaluateWithReasons,
  greaterIsBetter,
  measureOf,
  metricNames,
  predictedClasses,
  type Scored,
} from "./metrics.js";
import { unitWeights } from "./measure.js";
import { multiclassRocAucMeasure } from "./multiclass-roc-auc.js";
import { fBeta, precision, recall } from "./precision-recall.js";
import { rocAuc } from "./roc-auc.js";
import { valueMetricNames } from "./value-metrics.js";

const { cases, calibration } = JSON.parse(readFileSync(join(__dirname, "../../fixtures/metrics.json"), "utf8"));
const names = ["a", "b", "c", "d", "e"];

interface Case {
  labels: number[];
  probabilities: number[][];
  weights?: number[];
  scores: Record<string, number>;
  averages: Record<"macro" | "micro" | "weighted", Record<"precision" | "recall" | "f2" | "f05", number>>;
  auc?: Record<"one-vs-rest" | "one-vs-one", Record<"macro" | "weighted", number>>;
  confusion: number[][];
}

const scoredOf = ({ labels, probabilities, weights, confusion }: Case): Scored => ({
  labels: Int32Array.from(labels),
  probabilities: Float64Array.from(probabilities.flat()),
  classes: names.slice(0, confusion.length),
  weights: weights && Float64Array.from(weights),
});

describe("scikit-learn's figures are given", () => {
  const told = (cases as Case[]).map((one) => [one.labels.length, one.weights ? "weighted" : "equal", one] as const);

  it.each(told)("by evaluateProbabilities for %d %s rows", (_, __, one) => {
    const measured = evaluateProbabilities(scoredOf(one));
    expect(Object.keys(measured).sort()).toEqual([...metricNames].sort());
    for (const [name, value] of Object.entries(one.scores)) {
      expect([name, measured[name]]).toEqual([name, expect.closeTo(value, 10)]);
    }
  });

  it.each(told)("by the confusion matrix and all its averages for %d %s rows", (_, __, one) => {
    const scored = scoredOf(one);
    const matrix = confusionMatrix(scored.labels, predictedClasses(scored), one.confusion.length, scored.weights);
    matrix.forEach((row, code) => expect(row).toEqual(one.confusion[code]!.map((cell) => expect.closeTo(cell, 9))));
    for (const average of ["macro", "micro", "weighted"] as const) {
      const measured = {
        ...{ precision: precision(matrix, average), recall: recall(matrix, average) },
        ...{ f2: fBeta(matrix, average, 2), f05: fBeta(matrix, average, 0.5) },
      };
      for (const [name, value] of Object.entries(one.averages[average]))
        expect([average, name, measured[name as "f2"]]).toEqual([average, name, expect.closeTo(value, 10)]);
    }
  });

  it.each(told.filter(([, , { auc }]) => auc))("by every multiclass AUC for %d %s rows", (_, __, one) => {
    const scores = { ...scoredOf(one), classes: one.confusion.length };
    const equal = unitWeights(scores.labels.length);
    for (const average of ["macro", "weighted"] as const) {
      const rest = multiclassRocAucMeasure(scores, "one-vs-rest", average)(scores.weights ?? equal);
      const pairs = multiclassRocAucMeasure(scores, "one-vs-one", average)(equal);
      expect(rest).toBeCloseTo(one.auc!["one-vs-rest"][average], 10);
      expect(pairs).toBeCloseTo(one.auc!["one-vs-one"][average], 10);
    }
  });

  it.each(["uniform", "quantile"] as const)("by the calibration table with %s bins", (strategy) => {
    const predicted = Float64Array.from(calibration.predicted as number[]);
    const table = calibrationTable({ predicted, happened: Uint8Array.from(calibration.happened), strategy });
    const { observed, predicted: means } = calibration.curves[strategy];
    expect(table.map((bin) => bin.observed)).toEqual(observed.map((value: number) => expect.closeTo(value, 10)));
    expect(table.map((bin) => bin.predicted)).toEqual(means.map((value: number) => expect.closeTo(value, 10)));
  });
});

describe("rocAuc", () => {
  const rows = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: -20, max: 20 })), { minLength: 2, maxLength: 60 });
  const auc = (rows: (readonly [boolean, number])[]) =>
    rocAuc(
      (row) => rows[row]![0],
      Float64Array.from(rows, ([, score]) => score),
    );

  it("does not change when the scores are mapped monotonically", () => {
    fc.assert(
      fc.property(rows, (rows) =>
        expect(auc(rows.map(([label, score]) => [label, Math.exp(score / 4) - 9]))).toBe(auc(rows)),
      ),
    );
  });

  it("is the share of pairs in the right order, a tie counting half", () => {
    fc.assert(
      fc.property(rows, (rows) => {
        const pairs = rows
          .filter(([label]) => label)
          .flatMap(([, p]) => rows.filter(([label]) => !label).map(([, n]) => (p > n ? 1 : p === n ? 0.5 : 0)));
        if (pairs.length === 0) expect(auc(rows)).toBeUndefined();
        else expect(auc(rows)).toBeCloseTo(pairs.reduce((sum: number, pair) => sum + pair, 0) / pairs.length, 12);
      }),
    );
  });

  it("is a half, and average precision the share of positives, where all scores are the same", () => {
    const scores = new Float64Array(4).fill(0.3);
    expect(rocAuc((row) => row === 0, scores)).toBe(0.5);
    expect(averagePrecision((row) => row === 0, scores)).toBe(0.25);
  });
});

describe("every metric", () => {
  const table = (classes: number) =>
    fc.array(
      fc.record({
        label: fc.integer({ min: 0, max: classes - 1 }),
        raw: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: classes, maxLength: classes }),
        times: fc.integer({ min: 0, max: 3 }),
      }),
      { minLength: 1, maxLength: 25 },
    );
  type Row = { label: number; raw: number[]; times: number };
  const scoredRows = (rows: readonly Row[], weighted = false): Scored => ({
    labels: Int32Array.from(rows, ({ label }) => label),
    probabilities: Float64Array.from(
      rows.flatMap(({ raw }) => raw.map((value) => value / raw.reduce((a, b) => a + b, 0))),
    ),
    classes: names.slice(0, rows[0]!.raw.length),
    weights: weighted ? Float64Array.from(rows, ({ times }) => times) : undefined,
  });
  const close = (measured: Record<string, number>) =>
    Object.fromEntries(Object.entries(measured).map(([name, value]) => [name, expect.closeTo(value, 9)]));

  it.each([2, 3])(
    "takes weights as repeated rows and does not ask for the order of the rows (%d classes)",
    (classes) => {
      fc.assert(
        fc.property(table(classes), (rows) => {
          fc.pre(rows.some(({ times }) => times > 0));
          const repeated = rows.flatMap((row) => Array<Row>(row.times).fill(row)).reverse();
          expect(evaluateProbabilities(scoredRows(rows, true))).toEqual(
            close(evaluateProbabilities(scoredRows(repeated))),
          );
        }),
      );
    },
  );

  it.each([2, 3])("keeps its bounds (%d classes)", (classes) => {
    fc.assert(
      fc.property(table(classes), (rows) => {
        for (const [name, value] of Object.entries(evaluateProbabilities(scoredRows(rows)))) {
          const least = name === "mcc" || name === "kappa" ? -1 : 0;
          const most = name === "log_loss" ? 40 : name === "brier" && classes > 2 ? 2 : 1;
          expect([name, value >= least - 1e-12 && value <= most + 1e-12]).toEqual([name, true]);
        }
      }),
    );
  });

  it("is the same as a measure of given weights", () => {
    const scored = scoredOf(cases[5]);
    const measured = evaluateProbabilities(scored);
    for (const name of metricNames) expect(measureOf(name, scored)(scored.weights!)).toBe(measured[name]);
  });
});

describe("two classes", () => {
  const scored = {
    labels: Int32Array.of(0, 0, 1, 1),
    probabilities: Float64Array.of(0.9, 0.1, 0.4, 0.6, 0.65, 0.35, 0.2, 0.8),
    classes: ["no", "yes"],
  };

  it("are scored about the positive one", () => {
    expect(evaluateProbabilities({ ...scored, positive: "yes", threshold: 0.7 })).toMatchObject({
      precision: 1,
      recall: 0.5,
    });
    expect(evaluateProbabilities({ ...scored, positive: "no", threshold: 0.7 })).toMatchObject({
      precision: 1,
      recall: 0.5,
      roc_auc: 0.75,
    });
  });

  it("are told apart by the threshold", () => {
    expect(predictedClasses({ ...scored, threshold: 0.3 })).toEqual(Int32Array.of(0, 1, 1, 1));
    expect(predictedClasses({ ...scored, threshold: 0.7 })).toEqual(Int32Array.of(0, 0, 0, 1));
  });

  it("leave out, with the reason, what needs both of them where one is missing", () => {
    const { values, omitted } = evaluateWithReasons({ ...scored, labels: Int32Array.of(1, 1, 1, 1) });
    expect(omitted).toEqual({ roc_auc: "no row is of the class no, and it needs rows of each." });
    expect(values).not.toHaveProperty("roc_auc");
    const none = evaluateWithReasons({ ...scored, labels: Int32Array.of(0, 0, 0, 0), threshold: 1 });
    expect(Object.keys(none.omitted)).toEqual(["roc_auc", "pr_auc", "kappa"]);
  });

  it("refuse a positive class that is none, labels that are none, and probabilities that are none", () => {
    const wrong = (change: Partial<Scored>) => () => evaluateProbabilities({ ...scored, ...change });
    expect(wrong({ positive: "maybe" })).toThrow('"maybe" is none of the classes.');
    expect(wrong({ labels: Int32Array.of(0, 0, 1, -1) })).toThrow("do not fit");
    const withValue = (value: number) => ({ probabilities: scored.probabilities.with(3, value) });
    for (const value of [NaN, Infinity, -Infinity])
      expect(wrong(withValue(value))).toThrow(`the probability of row 2 is ${value}.`);
    expect(wrong(withValue(1.5))).toThrow("1.5 is no probability");
    expect(wrong({ weights: Float64Array.of(1, -1, 1, 1) })).toThrow("the weight of row 2 is -1.");
    expect(wrong({ weights: Float64Array.of(1) })).toThrow("1 weights for 4 rows");
    expect(wrong({ weights: new Float64Array(4) })).toThrow("every weight is 0");
  });
});

it("calibration errors are the mean and the largest gap of the bins", () => {
  const predicted = Float64Array.of(0.05, 0.05, 0.95, 0.95);
  expect(calibrationError({ predicted, happened: Uint8Array.of(0, 0, 1, 0) })).toEqual({
    expected: expect.closeTo(0.25, 12),
    maximum: expect.closeTo(0.45, 12),
  });
});

it("less is better of losses and errors", () => {
  expect(metricNames.filter((name) => !greaterIsBetter(name))).toEqual(["log_loss", "brier", "calibration_error"]);
  expect(valueMetricNames.filter(greaterIsBetter)).toEqual(["r2"]);
});
