import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rocAuc, seededRandom, type Matrix, type TrainingData } from "../index.js";
import { ASKS_CATEGORY, leafOf } from "../trees/tree-ensemble.js";
import { boostingBytes, requireRoom } from "./gradient-boosting-memory.js";
import { gradientBoosting as boosting, type GradientBoostingState } from "./gradient-boosting.js";

type Given = Readonly<Record<string, unknown>>;

const fit = (data: TrainingData, given: Given = {}, threads = 1, seed = 1): GradientBoostingState =>
  boosting.fit(data, boosting.parameters(given), { random: seededRandom(seed), threads });

const matrix = (rows: readonly (readonly (number | null)[])[]): Matrix => ({
  rows: rows.length,
  columns: rows[0]?.length ?? 0,
  values: Float32Array.from(rows.flat(), (value) => value ?? NaN),
});

const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
};

/** Numbers, a share of missing ones, a category, and a target that depends on all of them. */
function sample(rows: number, seed = 1): TrainingData {
  const random = seededRandom(seed);
  const x = matrix(
    Array.from({ length: rows }, () => [
      ...[random.next() * 4 - 2, random.next() < 0.2 ? null : random.next() * 4 - 2, random.integer(3)],
      random.integer(30),
    ]),
  );
  const y = Float64Array.from({ length: rows }, (_, row) => {
    const [a, b, c, d] = x.values.subarray(row * 4, row * 4 + 4) as unknown as [number, number, number, number];
    return a * 2 + (Number.isNaN(b) ? 3 : b * b) + c + (d % 7 === 0 ? 4 : 0) + random.next();
  });
  return { x, y, classes: 0, categorical: [3] };
}

const classesOf = ({ y, ...data }: TrainingData, ...bounds: number[]): TrainingData => ({
  ...data,
  y: Int32Array.from(y, (value) => bounds.filter((bound) => value > bound).length),
  classes: bounds.length + 1,
});
const binary = (rows: number, seed?: number) => classesOf(sample(rows, seed), 4);
const positives = (probabilities: Float64Array) => probabilities.filter((_, index) => index % 2 === 1);
const errorOf = (state: GradientBoostingState, { x, y }: TrainingData) =>
  boosting.predict(state, x).reduce((sum, value, row) => sum + (value - y[row]!) ** 2, 0) / x.rows;

describe("gradient boosting predicts what LightGBM predicts", () => {
  const fixture = JSON.parse(readFileSync(join(__dirname, "../../fixtures/boosting.json"), "utf8"));
  it.each(fixture.cases as (typeof fixture)[])("$name", (given) => {
    const { data, target, weighted, categorical, classes, parameters, predicted } = given;
    const y = classes > 0 ? Int32Array.from(fixture[target]) : Float64Array.from(fixture[target]);
    const weights = weighted && { weights: Float64Array.from(fixture.weights) };
    const task = { x: matrix(fixture[data]), y, classes, categorical, ...weights };
    const outputs = boosting.predict(fit(task, parameters), task.x);
    const expected = Float64Array.from(predicted.flat());
    const ours = classes === 2 ? positives(outputs) : outputs;
    ours.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 4));
  });
});

describe("gradient boosting", () => {
  it("is the same to the bit on one, two and three threads, with everything that it can do", () => {
    const given = { rounds: 12, rowShare: 0.7, columnShare: 0.6, earlyStopping: 4 };
    for (const data of [binary(6000), classesOf(sample(4000), 3, 6), sample(6000)]) {
      const weights = Float64Array.from({ length: data.x.rows }, (_, row) => (row % 5) / 2);
      const alone = fit({ ...data, weights }, given);
      expect(fit({ ...data, weights }, given, 2)).toEqual(alone);
      expect(fit({ ...data, weights }, given, 3)).toEqual(alone);
    }
    const absolute = { rounds: 6, objective: "absolute" };
    expect(fit(sample(6000), absolute, 2)).toEqual(fit(sample(6000), absolute));
  });

  it("learns from missing values and categories", () => {
    const state = fit(binary(6000));
    const unseen = binary(3000, 2);
    const scores = positives(boosting.predict(state, unseen.x));
    expect(rocAuc((row) => unseen.y[row] === 1, scores)).toBeGreaterThan(0.97);
    expect(state.trees.flags.some((flags) => (flags & ASKS_CATEGORY) !== 0)).toBe(true);
    const asNumbers = fit({ ...binary(6000), categorical: [] });
    expect(asNumbers.trees.flags.some((flags) => (flags & ASKS_CATEGORY) !== 0)).toBe(false);
  });

  it("sends a category that it has never seen, and a missing one, the same way", () => {
    const { x, ...data } = binary(3000);
    const state = fit({ x, ...data });
    const rows = (code: number) => ({ ...x, values: x.values.map((value, at) => (at % 4 === 3 ? code : value)) });
    expect(boosting.predict(state, rows(255))).toEqual(boosting.predict(state, rows(NaN)));
  });

  it("knows how many rows came to each node, and what its question gained", () => {
    const data = { ...sample(2000), weights: Float64Array.from({ length: 2000 }, (_, row) => 1 + (row % 2)) };
    const { trees } = fit(data, { rounds: 3 });
    const counted = new Float64Array(trees.values.length);
    for (let row = 0; row < 2000; row++) {
      const features = data.x.values.subarray(row * 4, row * 4 + 4);
      for (let tree = 0; tree < 3; tree++) counted[leafOf(trees, trees.roots[tree]!, features)]! += 1 + (row % 2);
    }
    trees.feature.forEach((feature, node) => {
      const left = trees.left[node]!;
      expect(trees.cover[node]).toBe(feature < 0 ? counted[left] : trees.cover[left]! + trees.cover[left + 1]!);
      expect(trees.gain[node]! > 0).toBe(feature >= 0);
    });
    expect(trees.cover[0]).toBe(3000);
  });

  it("keeps to least rows, depth and leaves", () => {
    const { trees } = fit(sample(2000), { rounds: 5, minRows: 150, leaves: 64 });
    trees.cover.forEach((cover) => expect(cover).toBeGreaterThanOrEqual(150));
    const shallow = fit(sample(2000), { rounds: 1, maxDepth: 3, leaves: 64 }).trees;
    expect(shallow.values.length).toBe(8);
    expect(fit(sample(2000), { rounds: 1, leaves: 10 }).trees.values.length).toBe(10);
  });

  it("rises and falls where it is told to, whatever the data", () => {
    const values = fc.array(fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.nat(9)), { minLength: 30 });
    const property = fc.property(values, fc.boolean(), (rows, isBinary) => {
      const x = matrix(rows.map(([a], row) => [a, row % 7, row % 3]));
      const y = Float64Array.from(rows, ([, value]) => (isBinary ? Number(value > 4) : value));
      const task = isBinary ? { x, y: Int32Array.from(y), classes: 2 } : { x, y, classes: 0 };
      if (isBinary && new Set(y).size < 2) return;
      const model = boosting.compile(fit(task, { rounds: 15, minRows: 1, monotone: [1, -1, 0] }));
      const outputAt = (a: number, b: number) => model(Float32Array.of(a, b, 1)).at(-1)!;
      for (let step = -3; step < 3; step += 0.25) {
        expect(outputAt(step + 0.25, 3)).toBeGreaterThanOrEqual(outputAt(step, 3));
        expect(outputAt(0.5, step + 3.25)).toBeLessThanOrEqual(outputAt(0.5, step + 3));
      }
    });
    fc.assert(property, { numRuns: 40, seed: 4 });
  });

  it("predicts a quantile: about that share of the rows lies below", () => {
    const data = sample(4000);
    for (const quantile of [0.1, 0.9]) {
      const outputs = boosting.predict(fit(data, { objective: "quantile", quantile }), data.x);
      const below = outputs.filter((value, row) => data.y[row]! < value).length / 4000;
      expect(Math.abs(below - quantile)).toBeLessThan(0.02);
    }
  });

  it("is as good on labels far from 0, and on weights of any size", () => {
    // Penalties and smoothing are told in weight, so without those.
    const data = { ...sample(3000), categorical: [] };
    const error = errorOf(fit(data), data);
    const far = { ...data, y: data.y.map((value) => value + 1e7) as Float64Array };
    expect(errorOf(fit(far), far)).toBeCloseTo(error, 2);
    const errorOfAnyRows = errorOf(fit(data, { minRows: 1 }), data);
    for (const weight of [1e-6, 1e6]) {
      const weights = new Float64Array(3000).fill(weight);
      expect(errorOf(fit({ ...data, weights }, { minHessian: 0, minRows: 1 }), data)).toBeCloseTo(errorOfAnyRows, 3);
    }
  });

  it("stops early by rows that it has not learned from, and goes back to the best round", () => {
    const noise = { ...sample(1200), y: sample(1200, 9).y };
    const state = fit(noise, { rounds: 300, earlyStopping: 10, validationShare: 0.25 });
    const losses = state.validationLosses!;
    const best = losses.indexOf(Math.min(...losses));
    expect(losses.length).toBe(best + 11);
    expect(state.trees.roots.length - 1).toBe(best + 1);
    expect(state.trees.cover[0]).toBe(900);
  });

  it("takes the validation rows that it is given: nothing is learned from them", () => {
    const data = sample(1000);
    const held = Array.from({ length: 300 }, (_, row) => row);
    const given = { rounds: 20, earlyStopping: 20, validationRows: held };
    const spoilt = { ...data, y: data.y.map((value, row) => (row < 300 ? -value : value)) as Float64Array };
    const rest = (values: Float32Array | Float64Array, width: number) => values.slice(300 * width) as never;
    const x = { rows: 700, columns: 4, values: rest(data.x.values, 4) };
    const alone = fit({ ...data, x, y: rest(data.y as Float64Array, 1) }, { rounds: 1 });
    const state = fit(spoilt, given);
    const first = alone.trees.feature.length;
    expect(state.trees.threshold.slice(0, first)).toEqual(alone.trees.threshold);
    expect(state.trees.values.slice(0, first)).toEqual(alone.trees.values.slice(0, first));
    const last = errorOf(fit(data, given), { ...data, x: { ...data.x, rows: 300 }, y: data.y.slice(0, 300) });
    expect(fit(data, given).validationLosses!.at(-1)).toBeCloseTo(last, 4);
  });

  it("samples rows and columns by the seed", () => {
    const data = sample(2000);
    const given = { rounds: 10, rowShare: 0.5, columnShare: 0.5 };
    expect(fit(data, given, 1, 1)).toEqual(fit(data, given, 1, 1));
    expect(fit(data, given, 1, 1).trees).not.toEqual(fit(data, given, 1, 2).trees);
    const { trees } = fit(data, given);
    expect(Math.abs(trees.cover[0]! - 1000)).toBeLessThan(100);
    const asked = trees.feature.slice(trees.roots[0], trees.roots[1]).filter((column) => column >= 0);
    expect(new Set(asked).size).toBeLessThanOrEqual(2);
  });

  it("grows the same trees where memory does not hold a histogram for each leaf", () => {
    const random = seededRandom(8);
    const rows = 400;
    const narrow = matrix(Array.from({ length: rows }, () => Array.from({ length: 40 }, () => random.integer(3))));
    const y = Float64Array.from({ length: rows }, (_, row) => {
      return Float64Array.from(narrow.values.subarray(row * 40, row * 40 + 30)).reduce((a, b) => a + b, 0);
    });
    const wide = { rows, columns: 2600, values: new Float32Array(rows * 2600) };
    for (let row = 0; row < rows; row++) wide.values.set(narrow.values.subarray(row * 40, row * 40 + 40), row * 2600);
    const given = { rounds: 2, minRows: 2, leaves: 120 };
    const { trees } = fit({ x: narrow, y, classes: 0 }, given);
    expect(trees.values.length).toBeGreaterThan(200);
    for (const threads of [1, 2]) expect(fit({ x: wide, y, classes: 0 }, given, threads).trees).toEqual(trees);
  });

  it("tells its progress, and ends when it is called off", () => {
    const seen: number[][] = [];
    const signal = { aborted: false };
    const context = {
      random: seededRandom(1),
      signal,
      onProgress: (done: number, total: number) => {
        seen.push([done, total]);
        signal.aborted = done === 3;
      },
    };
    expect(codeOf(() => boosting.fit(sample(300), boosting.parameters({ rounds: 9 }), context))).toBe(
      "LEARNING_CANCELLED",
    );
    expect(seen).toEqual([
      [1, 9],
      [2, 9],
      [3, 9],
    ]);
  });

  it.each<[string, Given, Partial<TrainingData>, string]>([
    ["a constraint for another count of columns", { monotone: [1] }, {}, "it has 1 entries for 4 columns"],
    ["a constraint on categories", { monotone: [0, 0, 0, 1] }, {}, "column 3 holds categories"],
    ["a constraint that a loss can't keep", { monotone: [1, 0, 0, 0], objective: "absolute" }, {}, "with absolute"],
    ["a loss for another task", { objective: "logistic" }, {}, "logistic is not for a regression"],
    ["validation rows that are not there", { earlyStopping: 2, validationRows: [300] }, {}, "there is no row 300"],
    ["a word for a list", { monotone: "up" }, {}, "is not a list of −1, 0 or 1"],
    ["too many bins", { maxBins: 256 }, {}, "256 is not a whole number from 2 to 255"],
    ["a target that float32 can't hold", {}, { y: new Float64Array(300).fill(1e300, 0, 9) }, "the target of row 1 is"],
    ["weights below 0", {}, { weights: new Float64Array(300).fill(-1) }, "the weight of row 1 is -1"],
  ])("refuses %s", (_, given, data, message) => {
    expect(() => fit({ ...sample(300), ...data }, given)).toThrow(message);
  });

  it("refuses a task that no memory holds, with its size, before it begins", () => {
    const size = { columns: 28, scores: 1, threads: 2, leaves: 31, weighted: false, objective: "logistic" as const };
    expect(boostingBytes({ ...size, rows: 10_000_000 })).toBeLessThan(2 ** 30);
    expect(() => requireRoom({ ...size, rows: 10_000_000 })).not.toThrow();
    expect(() => requireRoom({ ...size, rows: 100_000_000 })).toThrow(/100000000 rows × 28 columns take \d+\.\d GiB/);
    expect(codeOf(() => requireRoom({ ...size, rows: 100_000_000 }))).toBe("TASK_TOO_LARGE");
  });
});
