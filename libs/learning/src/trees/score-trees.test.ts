import { rowOf, seededRandom, type Matrix } from "../index.js";
import {
  averagedState,
  boostedState,
  plainScores,
  randomRows,
  randomTrees,
  type RandomTrees,
} from "./score-fixtures.js";
import { compileTrees, predictTrees, scoreTrees } from "./score-trees.js";
import type { TreeModelState } from "./tree-ensemble.js";

const shapes: Record<string, RandomTrees> = {
  "plain numbers": { trees: 21, leaves: 31, columns: 6 },
  "missing values": { trees: 21, leaves: 31, columns: 6, missing: true },
  "categories and missing values": { trees: 19, leaves: 40, columns: 5, missing: true, categorical: [0, 3] },
  "as many leaves as there are bits": { trees: 9, leaves: 32, columns: 4, missing: true, categorical: [1] },
  "one leaf more": { trees: 9, leaves: 33, columns: 4, missing: true, categorical: [1] },
  "categories alone": { trees: 9, leaves: 12, columns: 2, missing: true, categorical: [0, 1] },
  "trees of one leaf": { trees: 3, leaves: 1, columns: 2 },
  "one tree": { trees: 1, leaves: 5, columns: 2, missing: true },
  "600 columns": { trees: 30, leaves: 64, columns: 600, missing: true },
  "600 columns, some of categories": {
    trees: 30,
    leaves: 64,
    columns: 600,
    missing: true,
    categorical: [1, 2, 3, 599],
  },
  "deep trees": { trees: 8, leaves: 3000, columns: 3, missing: true },
};

const reference = (state: TreeModelState, x: Matrix): number[] =>
  Array.from({ length: x.rows }, (_, row) => [...plainScores(state, rowOf(x, row))]).flat();

describe.each(Object.entries(shapes))("trees with %s", (_, shape) => {
  const random = seededRandom(shape.leaves);
  const x = randomRows(131, shape, random);

  it("come to the leaves that their definition says, boosted", () => {
    for (const scores of [1, 3]) {
      const state = boostedState(randomTrees(shape, random), shape.columns, scores);
      expect([...scoreTrees(state, x)]).toEqual(reference(state, x));
    }
  });

  it("come to the leaves that their definition says, averaged", () => {
    for (const width of [1, 4]) {
      const state = averagedState(randomTrees({ ...shape, width }, random), shape.columns);
      expect([...scoreTrees(state, x)]).toEqual(reference(state, x));
      expect(predictTrees(state, x)).toEqual(scoreTrees(state, x));
    }
  });

  it("give one row what they give a table, to the bit, on any number of threads", () => {
    for (const scores of [1, 3]) {
      const state = boostedState(randomTrees(shape, random), shape.columns, scores);
      const table = predictTrees(state, x);
      const model = compileTrees(state);
      expect(Array.from({ length: x.rows }, (_, row) => [...model(rowOf(x, row))]).flat()).toEqual([...table]);
      expect(predictTrees(state, x, { threads: 3 })).toEqual(table);
    }
  });
});

describe("predictTrees", () => {
  const shape = { trees: 6, leaves: 9, columns: 3 };
  const trees = randomTrees(shape, seededRandom(1));

  it("makes probabilities of scores", () => {
    const x = randomRows(5, shape, seededRandom(2));
    const binary = boostedState(trees, 3);
    const scores = scoreTrees(binary, x);
    const probabilities = predictTrees(binary, x);
    scores.forEach((score, row) => {
      expect(probabilities[row * 2 + 1]).toBe(1 / (1 + Math.exp(-score)));
      expect(probabilities[row * 2]! + probabilities[row * 2 + 1]!).toBe(1);
    });
    const multiclass = predictTrees(boostedState(trees, 3, 3), x);
    for (let row = 0; row < x.rows; row++) {
      expect(multiclass.subarray(row * 3, row * 3 + 3).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
    }
  });

  it("keeps probabilities of extreme scores finite", () => {
    const huge = { ...trees, values: trees.values.map((value) => Math.sign(value) * 1e30) };
    const x = randomRows(5, shape, seededRandom(2));
    for (const scores of [1, 3]) {
      expect([...predictTrees(boostedState(huge, 3, scores), x)].every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it("works on more rows than one block holds, and on none", () => {
    const state = boostedState(trees, 3);
    const x = randomRows(40_000, shape, seededRandom(3));
    const scores = scoreTrees(state, x, { threads: 2 });
    for (const row of [0, 16_383, 16_384, 39_999]) {
      expect([scores[row]]).toEqual([...plainScores(state, rowOf(x, row))]);
    }
    expect(predictTrees(state, { rows: 0, columns: 3, values: new Float32Array(0) })).toHaveLength(0);
  });

  it("gives what boosting begins with where there is no tree", () => {
    const empty = boostedState(randomTrees({ trees: 0, leaves: 1, columns: 3 }, seededRandom(1)), 3);
    const x = randomRows(20, shape, seededRandom(3));
    expect(new Set(scoreTrees(empty, x))).toEqual(new Set([empty.init[0]]));
    expect(compileTrees(empty)(rowOf(x, 0))).toEqual(predictTrees(empty, x).subarray(0, 2));
  });

  it("refuses a matrix of another width", () => {
    expect(() =>
      predictTrees(boostedState(trees, 3), randomRows(1, { ...shape, columns: 2 }, seededRandom(1))),
    ).toThrow("fitted on 3 columns");
  });

  it("asks float32 values, also of a matrix of float64", () => {
    const state = boostedState(trees, 3);
    const x = { rows: 4, columns: 3, values: Float64Array.from({ length: 12 }, (_, index) => Math.sin(index) / 3) };
    const single = { ...x, values: Float32Array.from(x.values) };
    expect(predictTrees(state, x)).toEqual(predictTrees(state, single));
    expect(compileTrees(state)(x.values.subarray(3, 6))).toEqual(compileTrees(state)(single.values.subarray(3, 6)));
  });
});
