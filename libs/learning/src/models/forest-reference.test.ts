import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Matrix } from "../data/matrix.js";
import { seededRandom } from "../data/random.js";
import { decisionTree } from "./decision-tree.js";
import { extraTrees } from "./extra-trees.js";
import type { Family, TrainingData } from "./family.js";
import type { ForestState } from "./forest-family.js";
import { randomForest } from "./random-forest.js";

interface Case extends Omit<TrainingData, "x" | "y" | "weights"> {
  readonly name: string;
  readonly x: (number | null)[][];
  readonly y: number[];
  readonly weights?: number[] | null;
}

interface TreeCase extends Case {
  readonly maxDepth: number;
  readonly minRows: number;
  readonly outputs: number[][];
  readonly nodes: number;
}

interface ForestCase extends Case {
  readonly scores: Readonly<Record<string, number>>;
}

const fixture = JSON.parse(readFileSync(join(__dirname, "../../fixtures/forest.json"), "utf8")) as {
  readonly trees: readonly TreeCase[];
  readonly forests: readonly ForestCase[];
};

const matrix = (rows: readonly (number | null)[][]): Matrix => ({
  ...{ rows: rows.length, columns: rows[0]!.length },
  values: Float32Array.from(rows.flat(), (value) => value ?? NaN),
});

const dataOf = ({ x, y, weights, classes }: Case): TrainingData => ({
  x: matrix(x),
  y: classes > 0 ? Int32Array.from(y) : Float64Array.from(y),
  classes,
  ...(weights && { weights: Float64Array.from(weights) }),
});

const fit = (family: Family<ForestState>, data: TrainingData, given = {}, seed = 1): ForestState =>
  family.fit(data, family.parameters(given), { random: seededRandom(seed) });

describe("decision-tree gives scikit-learn's outputs", () => {
  it.each(fixture.trees.map((known) => [known.name, known] as const))("%s", (_, known) => {
    const { maxDepth, minRows, outputs, nodes, ...given } = known;
    const data = dataOf(given);
    const state = fit(decisionTree, data, { maxDepth, minRows });
    const predicted = decisionTree.predict(state, data.x);
    expect(state.trees.feature).toHaveLength(nodes);
    outputs.flat().forEach((value, index) => expect(predicted[index]).toBeCloseTo(value, 5));
  });
});

describe("forests are as good as scikit-learn's on the rows that their trees have not seen", () => {
  const cases = fixture.forests.flatMap((known) => [
    [known.name, randomForest, known] as const,
    [known.name, extraTrees, known] as const,
  ]);
  it.each(cases)("%s", (_, family, known) => {
    const given = { trees: 400, bootstrap: true, ...(known.classes === 0 && { columnsPerSplit: "third" }) };
    const scores = [1, 2].map((seed) => {
      const { outOfBag } = fit(family, dataOf(known), given, seed);
      return outOfBag && ("accuracy" in outOfBag ? outOfBag.accuracy : outOfBag.r2);
    });
    const mean = (scores[0]! + scores[1]!) / 2;
    expect(mean).toBeGreaterThan(known.scores[family.name]! - 0.015);
    expect(mean).toBeLessThan(known.scores[family.name]! + 0.015);
  });
});
