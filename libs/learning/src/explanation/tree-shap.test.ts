import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rowOf, seededRandom, type Matrix } from "../index.js";
import { averagedState, boostedState, randomRows, randomTrees, type RandomTrees } from "../trees/score-fixtures.js";
import { scoreTrees } from "../trees/score-trees.js";
import type { TreeModelState } from "../trees/tree-ensemble.js";
import { enumeratedShap, readModel, type FixtureModel } from "./tree-shap-fixtures.js";
import { compileShap, topContributions, treeShap } from "./tree-shap.js";

const fixtures = JSON.parse(readFileSync(join(__dirname, "../../fixtures/shap.json"), "utf8")) as Record<
  string,
  FixtureModel
>;

/** Of scores beside their own size. */
const near = (found: number, expected: number, tolerance: number) =>
  expect(Math.abs(found - expected)).toBeLessThan(tolerance * Math.max(1, Math.abs(expected)));

function expectSums(state: TreeModelState, x: Matrix): void {
  const { values, base } = treeShap(state, x);
  scoreTrees(state, x).forEach((score, index) => {
    const own = values.subarray(index * x.columns, (index + 1) * x.columns);
    near(
      own.reduce((sum, value) => sum + value, base[index % base.length]!),
      score,
      1e-10,
    );
  });
}

function expectByRow(state: TreeModelState, x: Matrix): void {
  const { values, base } = treeShap(state, x, { threads: 2 });
  const compiled = compileShap(state);
  expect(compiled.base).toEqual(base);
  const byRow = Array.from({ length: x.rows }, (_, row) => [...compiled.explain(rowOf(x, row))]).flat();
  expect(Math.max(...byRow.map((value, index) => Math.abs(values[index]! - value)))).toBeLessThan(1e-12);
}

const shapes: Record<string, RandomTrees> = {
  numbers: { trees: 5, leaves: 9, columns: 4 },
  "missing values": { trees: 6, leaves: 12, columns: 3, missing: true },
  "categories and missing values": { trees: 6, leaves: 12, columns: 5, missing: true, categorical: [0, 3] },
  "one leaf": { trees: 3, leaves: 1, columns: 2 },
};

describe.each(Object.entries(shapes))("treeShap of trees with %s", (_, shape) => {
  const random = seededRandom(shape.leaves);
  const x = randomRows(20, shape, random);

  it("gives what the definition by all subsets of columns gives", () => {
    const trees = randomTrees(shape, random);
    const states = [boostedState(trees, shape.columns), boostedState(trees, shape.columns, 3)];
    for (const state of [...states, averagedState(randomTrees({ ...shape, width: 3 }, random), shape.columns)]) {
      const { values } = treeShap(state, x);
      const expected = Array.from({ length: x.rows }, (_, row) => enumeratedShap(state, rowOf(x, row))).flat();
      expected.forEach((value, index) => near(values[index]!, value, 1e-10));
    }
  });

  it("gives the same to the bit on any number of threads", () => {
    const state = averagedState(randomTrees({ ...shape, width: 2 }, random), shape.columns);
    expect(treeShap(state, x, { threads: 3 })).toEqual(treeShap(state, x));
  });

  it("gives one row what it gives a table", () => {
    const state = averagedState(randomTrees({ ...shape, width: 2 }, random), shape.columns);
    expectByRow(state, x);
  });
});

describe("treeShap", () => {
  it.each(["binary", "regression", "multiclass"])("agrees with LightGBM on a %s model", (name) => {
    const { state, x, raw, contributions } = readModel(fixtures[name]!);
    scoreTrees(state, x).forEach((score, index) => near(score, raw[index]!, 1e-6));
    const { values, base } = treeShap(state, x);
    contributions.forEach((expected, index) => {
      const output = Math.floor(index / (x.columns + 1));
      const column = index % (x.columns + 1);
      near(column < x.columns ? values[output * x.columns + column]! : base[output % base.length]!, expected, 1e-6);
    });
  });

  it("adds up to the score for any trees", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        (seed, leaves, columns) => {
          const random = seededRandom(seed);
          const shape = { trees: 3, leaves, columns, missing: true, categorical: [columns - 1] };
          const x = randomRows(4, shape, random);
          expectSums(boostedState(randomTrees(shape, random), columns), x);
          expectSums(averagedState(randomTrees({ ...shape, width: 2 }, random), columns), x);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("adds up to the score for very deep trees with many columns", () => {
    const random = seededRandom(9);
    const shape = { trees: 2, leaves: 4000, columns: 300, missing: true };
    expectSums(boostedState(randomTrees(shape, random), 300), randomRows(3, shape, random));
  });

  it("adds up to the score for a model that is too large to keep its factors", () => {
    const random = seededRandom(10);
    const shape = { trees: 120, leaves: 1200, columns: 40, missing: true, width: 2 };
    expectSums(averagedState(randomTrees(shape, random), 40), randomRows(2, shape, random));
  });

  it("gives many rows, by tables, what it gives one by one", () => {
    const random = seededRandom(12);
    const shape = { trees: 6, leaves: 60, columns: 12, missing: true, categorical: [2, 7] };
    expectByRow(boostedState(randomTrees(shape, random), 12, 3), randomRows(1037, shape, random));
    expectByRow(averagedState(randomTrees({ ...shape, width: 2 }, random), 12), randomRows(1037, shape, random));
  });

  it("adds up to the score for more rows than a chunk and a block hold", () => {
    const random = seededRandom(13);
    const shape = { trees: 2, leaves: 6, columns: 3 };
    expectSums(boostedState(randomTrees(shape, random), 3), randomRows(20_001, shape, random));
  });

  it("gives nothing to a column that no tree asks", () => {
    const random = seededRandom(5);
    const state = boostedState(randomTrees({ trees: 9, leaves: 8, columns: 3 }, random), 4);
    const { values } = treeShap(state, randomRows(30, { trees: 0, leaves: 0, columns: 4 }, random));
    for (let row = 0; row < 30; row++) expect(values[row * 4 + 3]).toBe(0);
  });

  it("gives nothing where there is no tree", () => {
    const empty = boostedState(randomTrees({ trees: 0, leaves: 1, columns: 2 }, seededRandom(1)), 2);
    const { values, base } = treeShap(empty, randomRows(3, { trees: 0, leaves: 0, columns: 2 }, seededRandom(2)));
    expect([...values, ...base]).toEqual([0, 0, 0, 0, 0, 0, empty.init[0]]);
  });

  it("works where no training row came to a node", () => {
    const random = seededRandom(6);
    const shape = { trees: 4, leaves: 10, columns: 3 };
    const trees = randomTrees(shape, random);
    const cover = trees.cover.map((weight, node) => (node % 3 === 0 ? 0 : weight));
    expectSums(boostedState({ ...trees, cover }, 3), randomRows(20, shape, random));
  });

  it("tells how far it is, and can be called off", () => {
    const state = boostedState(randomTrees({ trees: 2, leaves: 3, columns: 2 }, seededRandom(1)), 2);
    const x = randomRows(20_000, { trees: 0, leaves: 0, columns: 2 }, seededRandom(2));
    const seen: number[] = [];
    treeShap(state, x, { onProgress: (done) => seen.push(done) });
    expect(seen).toEqual([16_384, 20_000]);
    expect(() => treeShap(state, x, { signal: { aborted: true } })).toThrow("called off");
  });

  it("refuses more values than memory should hold", () => {
    const state = boostedState(randomTrees({ trees: 1, leaves: 2, columns: 1000 }, seededRandom(1)), 1000);
    const x = { rows: 1_000_000, columns: 1000, values: new Float32Array(0) };
    expect(() => treeShap(state, x)).toThrow("need 8 GB");
  });
});

describe("topContributions", () => {
  it("names the columns that gave most, either way", () => {
    expect(topContributions(Float64Array.of(0.1, -3, 0, 2), 2)).toEqual([
      { column: 1, value: -3 },
      { column: 3, value: 2 },
    ]);
    expect(topContributions(Float64Array.of(0.1, 0), 5)).toHaveLength(1);
  });
});
