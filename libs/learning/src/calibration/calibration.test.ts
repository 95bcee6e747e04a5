import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../data/random.js";
import { calibrateOutOfFold } from "./calibrate-out-of-fold.js";
import {
  applyCalibration,
  calibrationMethods,
  compileCalibration,
  fitCalibration,
  type CalibrationData,
  type CalibrationState,
} from "./calibration.js";
import { fitIsotonic, isotonicAt } from "./isotonic.js";
import { fitPlatt, sigmoidAt } from "./platt.js";
import { fitTemperature } from "./temperature.js";

const fixtures = JSON.parse(readFileSync(join(__dirname, "../../fixtures/calibration.json"), "utf8"));
const near = (values: readonly number[], digits = 9) => values.map((value) => expect.closeTo(value, digits));
const weightsIn = ({ weights }: { weights?: number[] }) => weights && Float64Array.from(weights);

interface BinaryCase {
  scores: number[];
  happened: number[];
  weights?: number[];
}

describe("isotonic calibration", () => {
  type Case = BinaryCase & { points: number[]; predicted: number[]; x: number[]; y: number[] };

  it.each(fixtures.isotonic as Case[])("is scikit-learn's IsotonicRegression on $scores.length rows", (one) => {
    const curve = fitIsotonic(Float64Array.from(one.scores), one.happened, weightsIn(one));
    expect(curve.x).toEqual(near(one.x));
    expect(curve.y).toEqual(near(one.y));
    expect(one.points.map((point) => isotonicAt(curve, point))).toEqual(near(one.predicted));
  });

  const rows = fc.array(fc.record({ score: fc.nat(9), happened: fc.nat(1), times: fc.nat(3) }), {
    minLength: 1,
    maxLength: 30,
  });
  const fitted = (list: readonly { score: number; happened: number; times: number }[], weighted = false) =>
    fitIsotonic(
      Float64Array.from(list, ({ score }) => score),
      list.map(({ happened }) => happened),
      weighted ? Float64Array.from(list, ({ times }) => times) : undefined,
    );

  it("never falls, keeps the mean, and takes weights as repeated rows in any order", () => {
    fc.assert(
      fc.property(rows, (rows) => {
        const curve = fitted(rows);
        const at = rows.map(({ score }) => isotonicAt(curve, score));
        const sorted = rows.map((row, index) => [row.score, at[index]!] as const).sort((a, b) => a[0] - b[0]);
        sorted.forEach(([, value], index) => expect(value).toBeGreaterThanOrEqual(sorted[index - 1]?.[1] ?? 0));
        const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
        expect(sum(at)).toBeCloseTo(sum(rows.map(({ happened }) => happened)), 9);
        fc.pre(rows.some(({ times }) => times > 0));
        const repeated = rows.flatMap((row) => Array<typeof row>(row.times).fill(row)).reverse();
        const [counted, weighted] = [fitted(repeated), fitted(rows, true)];
        for (const { score } of repeated)
          expect(isotonicAt(weighted, score)).toBeCloseTo(isotonicAt(counted, score), 9);
      }),
    );
  });

  it("refuses scores that are no numbers", () => {
    expect(() => fitIsotonic(Float64Array.of(1, NaN), [0, 1])).toThrow("the score of row 2 is NaN.");
  });
});

describe("Platt's calibration", () => {
  type Case = BinaryCase & { a: number; b: number; slope: number; intercept: number };

  it.each(fixtures.platt as Case[])("minimises what scikit-learn does on $scores.length rows", (one) => {
    const { slope, intercept } = fitPlatt(Float64Array.from(one.scores), Uint8Array.from(one.happened), weightsIn(one));
    expect([slope / one.slope, intercept]).toEqual(near([1, one.intercept], 8));
    // scikit-learn stops a little earlier.
    expect([slope / -one.a, intercept]).toEqual(near([1, -one.b], 3));
  });

  it("stays finite where the scores separate the classes or say nothing", () => {
    const separated = fitPlatt(Float64Array.of(-1, -2, 1, 2), Uint8Array.of(0, 0, 1, 1));
    expect(sigmoidAt(separated, 2)).toBeGreaterThan(0.6);
    expect(sigmoidAt(separated, 2)).toBeLessThan(1);
    const constant = fitPlatt(Float64Array.of(3, 3, 3, 3), Uint8Array.of(0, 0, 1, 1));
    expect(sigmoidAt(constant, 3)).toBeCloseTo(0.5, 9);
    const zero = fitPlatt(new Float64Array(4), Uint8Array.of(0, 0, 1, 1));
    expect(sigmoidAt(zero, 0)).toBeCloseTo(0.5, 9);
  });
});

describe("temperature scaling", () => {
  type Case = { labels: number[]; probabilities: number[][]; weights?: number[]; beta: number; calibrated: number[][] };
  const dataOf = ({ labels, probabilities, weights }: Case) => ({
    labels: Int32Array.from(labels),
    probabilities: Float64Array.from(probabilities.flat()),
    classes: probabilities[0]!.map((_, code) => String(code)),
    weights: weights && Float64Array.from(weights),
  });

  it.each(fixtures.temperature as Case[])("finds scikit-learn's inverse temperature $beta", (one) => {
    const data = dataOf(one);
    expect(fitTemperature(data)).toBeCloseTo(one.beta, 6);
    const calibrated = applyCalibration(fitCalibration("temperature", data), data.probabilities);
    const first = one.calibrated.flat();
    expect([...calibrated.subarray(0, first.length)]).toEqual(near(first, 6));
  });

  it("stops at the bounds where being surer is always better", () => {
    const sure = {
      labels: Int32Array.of(0, 1),
      probabilities: Float64Array.of(0.6, 0.4, 0.4, 0.6),
      classes: ["a", "b"],
    };
    const sharpness = fitTemperature(sure);
    expect(sharpness).toBeGreaterThan(50);
    expect(Number.isFinite(sharpness)).toBe(true);
  });
});

const { next } = seededRandom(9);
function unsure(rows: number, classes: number): CalibrationData {
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const odds = Array.from(labels, (label) =>
    Array.from({ length: classes }, (_, code) => Math.exp(4 * (next() + (code === label ? 0.4 : 0)))),
  );
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const probabilities = Float64Array.from(odds.flatMap((row) => row.map((value) => value / sum(row))));
  return { labels, probabilities, classes: Array.from({ length: classes }, (_, code) => `class ${code}`) };
}

describe.each(calibrationMethods)("the calibration %s", (method) => {
  it.each([2, 3])("is JSON, gives one row and all rows the same, and probabilities that sum to 1 (%d classes)", (n) => {
    const data = unsure(60, n);
    const state = JSON.parse(JSON.stringify(fitCalibration(method, data))) as CalibrationState;
    const calibrated = applyCalibration(state, data.probabilities);
    const one = compileCalibration(state);
    for (let start = 0; start < calibrated.length; start += n) {
      const row = data.probabilities.slice(start, start + n);
      one(row);
      expect(row).toEqual(calibrated.slice(start, start + n));
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
      expect(row.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it("does not ask which of two classes comes first", () => {
    const data = unsure(60, 2);
    const swapped = {
      ...data,
      labels: data.labels.map((code) => 1 - code),
      probabilities: data.probabilities.map((_, index) => data.probabilities[index ^ 1]!),
    };
    const there = applyCalibration(fitCalibration(method, data), data.probabilities);
    const back = applyCalibration(fitCalibration(method, swapped), swapped.probabilities);
    back.forEach((value, index) => expect(value).toBeCloseTo(there[index ^ 1]!, 9));
  });

  it("lowers the log loss of a model that is too sure, on rows that it was not fitted on either", () => {
    const data = unsure(900, 3);
    const probabilities = data.probabilities.map((value) => value ** 4);
    for (let start = 0; start < probabilities.length; start += 3) {
      const sum = probabilities[start]! + probabilities[start + 1]! + probabilities[start + 2]!;
      for (let code = 0; code < 3; code++) probabilities[start + code]! /= sum;
    }
    const found = calibrateOutOfFold(method, { ...data, probabilities }, { random: seededRandom(1) });
    expect(found).toMatchObject({ rows: 900, helps: true });
    expect(found.after.calibration_error).toBeLessThan(found.before.calibration_error!);
  });

  it("needs rows of every class", () => {
    const data = unsure(10, 2);
    expect(() => fitCalibration(method, { ...data, labels: new Int32Array(10) })).toThrow(
      "no row of the class class 1",
    );
    const weights = Float64Array.from(data.labels, (code) => 1 - code);
    expect(() => fitCalibration(method, { ...data, weights })).toThrow("no row of the class class 1");
  });
});

describe("calibration", () => {
  it("of several classes by isotonic curves is scikit-learn's one against the others", () => {
    const { labels, probabilities, calibrated } = fixtures.oneAgainstOthers;
    const data = {
      ...{ labels: Int32Array.from(labels), classes: ["a", "b", "c"] },
      probabilities: Float64Array.from(probabilities.flat()),
    };
    expect([...applyCalibration(fitCalibration("isotonic", data), data.probabilities)]).toEqual(
      near(calibrated.flat()),
    );
  });

  it("out of fold leaves out the rows that no fold held, and says how many are left", () => {
    const data = unsure(40, 2);
    const holes = data.probabilities.map((value, index) => (index < 10 ? NaN : value));
    const { rows, state } = calibrateOutOfFold("platt", { ...data, probabilities: holes }, { random: seededRandom(1) });
    expect(rows).toBe(35);
    const kept = { ...data, labels: data.labels.slice(5), probabilities: data.probabilities.slice(10) };
    expect(state).toEqual(fitCalibration("platt", kept));
    const few = { ...data, labels: Int32Array.from({ length: 40 }, (_, row) => (row === 9 ? 1 : 0)) };
    expect(() => calibrateOutOfFold("platt", few, { random: seededRandom(1) })).toThrow(
      "only 1 row of the class class 1",
    );
  });

  it("by Platt on probabilities themselves is what scikit-learn does with a classifier that has no scores", () => {
    const data = unsure(50, 2);
    const state = fitCalibration("platt", data, { scale: "probability" });
    const second = Float64Array.from({ length: 50 }, (_, row) => data.probabilities[2 * row + 1]!);
    const sigmoid = fitPlatt(second, Uint8Array.from(data.labels));
    expect(applyCalibration(state, data.probabilities)[1]).toBe(sigmoidAt(sigmoid, second[0]!));
  });
});
