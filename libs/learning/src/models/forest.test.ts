import { createHash } from "node:crypto";
import * as fc from "fast-check";
import type { Matrix } from "../data/matrix.js";
import { seededRandom } from "../data/random.js";
import { leafOf, type TreeEnsemble } from "../trees/tree-ensemble.js";
import { decisionTree } from "./decision-tree.js";
import { extraTrees } from "./extra-trees.js";
import type { Family, TrainingData } from "./family.js";
import type { ForestState } from "./forest-family.js";
import { forestBytes, requireRoom } from "./forest-memory.js";
import { randomForest } from "./random-forest.js";

const matrix = (rows: readonly (number | null)[][]): Matrix => ({
  ...{ rows: rows.length, columns: rows[0]!.length },
  values: Float32Array.from(rows.flat(), (value) => value ?? NaN),
});

const fit = (family: Family<ForestState>, data: TrainingData, given = {}, seed = 1, threads = 1): ForestState =>
  family.fit(data, family.parameters(given), { random: seededRandom(seed), threads });

function digest({ trees }: ForestState): string {
  const hash = createHash("sha256");
  for (const array of Object.values(trees)) if (ArrayBuffer.isView(array)) hash.update(array as Uint8Array);
  return hash.digest("hex");
}

/** Rows of a random table: numbers with ties, holes, and codes of categories. */
function tableOf(seed: number, classes: number, rows = 300): TrainingData {
  const random = seededRandom(seed);
  const values = new Float32Array(rows * 4);
  const scores = Float64Array.from({ length: rows }, (_, row) => {
    const code = random.integer(9);
    const [a, b, c] = [random.next() * 4, random.integer(12), random.next()];
    values.set([random.next() < 0.2 ? NaN : a, b, random.next() < 0.1 ? NaN : code, c], row * 4);
    return a + ((code * 5) % 9) / 3 + b / 6 + random.next();
  });
  const y = classes > 0 ? Int32Array.from(scores, (score) => Math.floor(score * 1.3) % classes) : scores;
  return { x: { rows, columns: 4, values }, y, classes, categorical: [2] };
}

const takeRows = ({ x, y, weights, ...data }: TrainingData, rows: readonly number[]): TrainingData => ({
  ...data,
  x: {
    ...{ rows: rows.length, columns: x.columns },
    values: Float32Array.from(rows.flatMap((row) => [...x.values.slice(row * x.columns, (row + 1) * x.columns)])),
  },
  y: data.classes > 0 ? Int32Array.from(rows, (row) => y[row]!) : Float64Array.from(rows, (row) => y[row]!),
  ...(weights && { weights: Float64Array.from(rows, (row) => weights[row]!) }),
});

const none = { hasCategories: false, drawsByWeight: false, outOfBag: false };
const families = [randomForest, extraTrees, decisionTree] as const;
const kinds = [2, 4, 0] as const;
const each = families.flatMap((family) => kinds.map((classes) => [family.name, classes, family] as const));
const few = (family: Family<ForestState>) => (family === decisionTree ? {} : { trees: 12 });

describe.each(each)("%s of %d classes", (_, classes, family) => {
  const data = tableOf(3, classes);

  it("is the same on one, two and three threads", () => {
    const states = [1, 2, 3].map((threads) => fit(family, data, few(family), 5, threads));
    expect(digest(states[1]!)).toBe(digest(states[0]!));
    expect(digest(states[2]!)).toBe(digest(states[0]!));
    expect(states[1]!.outOfBag).toEqual(states[0]!.outOfBag);
  });

  it("is grown until a leaf has nothing left to tell apart", () => {
    const given = family === randomForest ? { ...few(family), bootstrap: false } : few(family);
    const predicted = family.predict(fit(family, data, given), data.x);
    for (let row = 0; row < data.x.rows; row++) {
      if (classes > 0) expect(predicted[row * classes + data.y[row]!]).toBeCloseTo(1, 5);
      else expect(predicted[row]).toBeCloseTo(data.y[row]!, 4);
    }
  });

  it("keeps to the depth and to the rows of a leaf", () => {
    const { trees } = fit(family, data, { ...few(family), maxDepth: 3, minRows: 9 });
    expect(depthOf(trees)).toBeLessThanOrEqual(3);
    const leaves = [...trees.cover].filter((_, node) => trees.feature[node]! < 0);
    expect(Math.min(...leaves)).toBeGreaterThanOrEqual(9);
  });

  it("has covers and gains that add up", () => {
    const { trees } = fit(family, data, few(family));
    const inner = [...trees.feature.keys()].filter((node) => trees.feature[node]! >= 0);
    const leaves = [...trees.feature.keys()].filter((node) => trees.feature[node]! < 0);
    const lost = ({ cover, left }: TreeEnsemble, node: number) =>
      Math.abs(cover[left[node]!]! + cover[left[node]! + 1]! - cover[node]!);
    expect(Math.max(...inner.map((node) => lost(trees, node)))).toBeLessThan(1e-3);
    expect(Math.min(...inner.map((node) => trees.gain[node]!))).toBeGreaterThan(-1e-3);
    expect(Math.max(...leaves.map((node) => trees.gain[node]!))).toBe(0);
  });

  it("gives each leaf what its rows say: predicted by hand, it is what the family predicts", () => {
    const state = fit(family, data, few(family));
    const predicted = family.predict(state, data.x);
    const { trees } = state;
    const outputs = Math.max(1, classes);
    for (let row = 0; row < data.x.rows; row += 17) {
      const features = data.x.values.subarray(row * 4, row * 4 + 4);
      const roots = trees.roots.slice(0, -1);
      for (let output = 0; output < outputs; output++) {
        const values = Array.from(roots, (root) => trees.values[leafOf(trees, root, features) * outputs + output]!);
        const mean = values.reduce((sum, value) => sum + value, 0) / roots.length;
        expect(predicted[row * outputs + output]).toBeCloseTo(mean, 6);
      }
    }
  });

  it("lets a missing value and a category of its own tell what they can", () => {
    const random = seededRandom(8);
    const values = Float32Array.from({ length: 400 }, () => (random.next() < 0.5 ? NaN : random.integer(3)));
    const y = values.map((value) => (Number.isNaN(value) ? 1 : 0));
    for (const categorical of [[], [0]]) {
      const x = { rows: 400, columns: 1, values };
      const told: TrainingData = {
        x,
        y: classes > 0 ? Int32Array.from(y) : Float64Array.from(y),
        classes,
        categorical,
      };
      const predicted = family.predict(fit(family, told, few(family)), x);
      const outputs = Math.max(1, classes);
      y.forEach((label, row) => expect(predicted[row * outputs + (classes > 0 ? 1 : 0)]).toBeCloseTo(label, 1));
    }
  });

  it("tells apart what only two columns together tell", () => {
    const x = matrix([0, 1, 2, 3].flatMap((corner) => new Array(10).fill([corner & 1, corner >> 1])));
    const y = Array.from(x.values.slice(), (_, index) => index)
      .filter((index) => index % 2 === 0)
      .map((index) => x.values[index]! ^ x.values[index + 1]!);
    const told: TrainingData = { x, y: classes > 0 ? Int32Array.from(y) : Float64Array.from(y), classes };
    const predicted = family.predict(fit(family, told, few(family)), x);
    const outputs = Math.max(1, classes);
    y.forEach((label, row) =>
      expect(Math.abs(predicted[row * outputs + (classes > 0 ? 1 : 0)]! - label)).toBeLessThan(0.4),
    );
  });

  it("takes many equally likely weights for none, and rows without weight for rows that are not there", () => {
    const weights = Float64Array.from({ length: data.x.rows }, (_, row) => (row % 4 === 0 ? 0 : 2.5));
    const rows = Array.from(weights.keys()).filter((row) => weights[row]! > 0);
    const without = takeRows(data, rows);
    const predicted = family.predict(fit(family, { ...data, weights }, { ...few(family), maxDepth: 6 }), data.x);
    const expected = family.predict(fit(family, without, { ...few(family), maxDepth: 6 }), data.x);
    const far = predicted.map((value, index) => Math.abs(value - expected[index]!));
    const close = family === decisionTree ? 1e-6 : 0.4;
    expect(far.reduce((sum, value) => sum + value, 0) / far.length).toBeLessThan(close);
  });

  it("says how far it is, and ends when it is called off", () => {
    const told: number[] = [];
    const signal = { aborted: false };
    const onProgress = (done: number) => {
      told.push(done);
      signal.aborted = done >= 2;
    };
    const context = { random: seededRandom(1), onProgress, signal };
    const begin = () => family.fit(data, family.parameters(few(family)), context);
    if (family === decisionTree) return void expect(begin().trees.roots).toHaveLength(2);
    expect(begin).not.toThrow(TypeError);
    expect(told.length).toBeGreaterThan(0);
    signal.aborted = true;
    expect(begin).toThrow(expect.objectContaining({ code: "LEARNING_CANCELLED" }));
  });
});

function depthOf(trees: TreeEnsemble): number {
  const depth = new Int32Array(trees.feature.length);
  trees.feature.forEach((feature, node) => {
    if (feature < 0) return;
    depth[trees.left[node]!] = depth[node]! + 1;
    depth[trees.left[node]! + 1] = depth[node]! + 1;
  });
  return Math.max(...depth);
}

describe("decision-tree", () => {
  it("does not care for the order of the rows, and takes a weight for as many equal rows", () => {
    const cases = fc.record({ seed: fc.integer({ min: 0, max: 1e6 }), classes: fc.constantFrom(...kinds) });
    fc.assert(
      fc.property(cases, ({ seed, classes }) => {
        const data = tableOf(seed, classes, 80);
        const random = seededRandom(seed);
        const weights = Float64Array.from({ length: 80 }, () => random.integer(4) + (random.next() < 0.1 ? 20 : 0));
        if (classes > 0 && new Set(data.y.filter((_, row) => weights[row]! > 0)).size < 2) return;
        if (!weights.some((weight) => weight > 0)) return;
        const given = { minRows: 1 + (seed % 5) };
        const repeated = random.shuffle([...weights].flatMap((weight, row) => new Array<number>(weight).fill(row)));
        const weighted = decisionTree.predict(fit(decisionTree, { ...data, weights }, given), data.x);
        const alike = decisionTree.predict(fit(decisionTree, takeRows(data, repeated), given), data.x);
        expect(weighted).toEqual(alike);
      }),
      { numRuns: 40 },
    );
  });
});

describe("random-forest", () => {
  it("draws rows by their weight", () => {
    const data = tableOf(4, 2, 200);
    const weights = Float64Array.from({ length: 200 }, (_, row) => (row < 100 ? 9 : 1));
    const { trees } = fit(randomForest, { ...data, weights }, { trees: 1 });
    const heavy = fit(randomForest, { ...data, weights: weights.map((w) => w * 1e-9) }, { trees: 1 });
    expect(trees.cover[0]).toBe(200);
    expect(digest(heavy)).toBe(digest(fit(randomForest, { ...data, weights }, { trees: 1 })));
  });

  it("draws as many rows as it is told, with or without putting them back", () => {
    const data = tableOf(4, 2, 200);
    for (const bootstrap of [true, false]) {
      const state = fit(randomForest, data, { trees: 3, bootstrap, rowShare: 0.4 });
      expect([...state.trees.roots.slice(0, 3)].map((root) => state.trees.cover[root])).toEqual([80, 80, 80]);
      expect(state.outOfBag!.rows).toBeGreaterThan(120);
    }
    expect(fit(randomForest, data, { trees: 3, bootstrap: false }).outOfBag).toBeUndefined();
  });

  it("finds nothing in noise that is out of bag", () => {
    const random = seededRandom(6);
    const x = { rows: 1000, columns: 3, values: Float32Array.from({ length: 3000 }, () => random.next()) };
    const noise = Float64Array.from({ length: 1000 }, () => random.next());
    const values = fit(randomForest, { x, y: noise, classes: 0 }, { trees: 60 }).outOfBag as { r2: number };
    expect(values.r2).toBeLessThan(0.1);
    const labels = fit(randomForest, { x, y: Int32Array.from(noise, (v) => +(v > 0.5)), classes: 2 }, { trees: 60 });
    expect((labels.outOfBag as { accuracy: number }).accuracy).toBeLessThan(0.57);
  });

  it("tells targets apart that differ little beside how large they are", () => {
    const y = Float64Array.from({ length: 300 }, (_, row) => 1e6 + (row % 10) / 4);
    const x = { rows: 300, columns: 1, values: Float32Array.from(y, (_, row) => row % 10) };
    const predicted = randomForest.predict(fit(randomForest, { x, y, classes: 0 }, { trees: 5 }), x);
    predicted.forEach((value, row) => expect(Math.abs(value - y[row]!)).toBeLessThan(0.07));
  });

  it("refuses a task that is too large before it begins, and says what to do", () => {
    const rows = 200_000;
    const x = { rows, columns: 1, values: new Float32Array(rows) };
    const y = new Int32Array(rows).fill(1, 0, 9);
    expect(() => fit(randomForest, { x, y, classes: 2 }, { trees: 10_000 })).toThrow(
      /random-forest: 10000 trees for 200000 rows × 1 columns may become \d+\.\d GiB large.*Raise minRows/,
    );
    const size = { rows: 2 ** 24, columns: 1, classes: 2, trees: 1, threads: 1, mostLeaves: 8, ...none };
    expect(() => requireRoom("random-forest", size)).toThrow("more than 16777215 rows");
    expect(() => requireRoom("random-forest", { ...size, rows: 1e7, columns: 500 })).toThrow("of a kernel");
    expect(forestBytes({ ...size, rows: 1e6, columns: 28 }).kernel).toBeLessThan(150e6);
  });

  it.each([
    [{ columnsPerSplit: 0 }, "columnsPerSplit"],
    [{ columnsPerSplit: "half" }, "columnsPerSplit"],
    [{ bootstrap: "yes" }, "bootstrap"],
    [{ rowShare: 0 }, "rowShare"],
    [{ trees: 0 }, "trees"],
  ])("refuses %j", (given, name) => {
    expect(() => randomForest.parameters(given)).toThrow(`random-forest.${name}: `);
  });
});
