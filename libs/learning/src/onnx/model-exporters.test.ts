import { rowOf, type Matrix, type Numbers } from "../data/matrix.js";
import { seededRandom } from "../data/random.js";
import { families, familyNamed } from "../models/families.js";
import type { ModelState, TrainingData } from "../models/family.js";
import { averagedState, boostedState, plainScores, randomRows, randomTrees } from "../trees/score-fixtures.js";
import { linkScores } from "../trees/score-link.js";
import type { TreeModelState } from "../trees/tree-ensemble.js";
import { exportedFamilies, modelToOnnx } from "./model-exporters.js";
import { newGraph } from "./new-graph.js";
import { largestDifference, partInRuntime, startOnnxRuntime } from "./onnxruntime-for-test.js";

const runtime = startOnnxRuntime();
afterAll(() => runtime.stop());

const ROWS = 10_000;
const COLUMNS = 6;
const random = seededRandom(5);

/** Column 4 holds codes of categories, of which training rows have the first eight. */
const CATEGORIES = 4;
function matrix(rows: number, { missing, codes }: { missing: number; codes: number }): Matrix {
  const value = (column: number) =>
    column === CATEGORIES && codes > 0 ? random.integer(codes) : random.next() * 6 - 3;
  const values = Float32Array.from({ length: rows * COLUMNS }, (_, index) =>
    random.next() < missing ? NaN : value(index % COLUMNS),
  );
  return { rows, columns: COLUMNS, values };
}

/** What depends on two numbers and on the category. */
function training(classes: number, rows: { missing: number; codes: number }): TrainingData {
  const x = matrix(400, rows);
  const score = (row: number) => {
    const [a, b, , , code] = Array.from(rowOf(x, row), (value) => (Number.isNaN(value) ? 1 : value));
    return a! - b! / 2 + (code! % 3) + random.next();
  };
  const scores = Float64Array.from({ length: x.rows }, (_, row) => score(row));
  const y =
    classes === 0
      ? scores
      : Int32Array.from(scores, (value) => Math.min(classes - 1, value < 0 ? 0 : value < 2 ? 1 : 2));
  return { x, y, classes, ...(rows.codes > 0 && { categorical: [CATEGORIES] }) };
}

const trees = { family: "gradient-boosting", params: { rounds: 10 } };
const members = [trees, { family: "random-forest", params: { trees: 10 } }];

/** The model alone, from matrix to outputs [N, outputs]. */
const inRuntime = (state: ModelState, x: Matrix) =>
  partInRuntime(runtime, x, (graph, tensor) => modelToOnnx(state, graph, tensor));

const finite = { missing: 0, codes: 0 };
const anything = { missing: 0.1, codes: 8 };
const cases: readonly [name: string, parameters: Record<string, unknown>, rows: typeof finite][] = [
  ["logistic-regression", {}, finite],
  ["linear-regression", {}, finite],
  ["ml-random-forest", { trees: 7 }, finite],
  ["decision-tree", {}, anything],
  ["extra-trees", { trees: 20 }, anything],
  ["random-forest", { trees: 20 }, anything],
  ["gradient-boosting", { rounds: 30 }, anything],
  ["voting", { members, weights: [2, 1] }, anything],
  ["stacking", { members }, anything],
  ["stacking", { members, final: trees, passthrough: true }, anything],
];

it("every family has an export, and a case here", () => {
  const named = new Set(cases.map(([name]) => name));
  expect([...named].sort()).toEqual(Object.keys(families).sort());
  expect([...exportedFamilies].sort()).toEqual(Object.keys(families).sort());
});

describe.each(cases)("%s %j", (name, parameters, rows) => {
  const { fit, predict, tasks, parameters: parametersOf } = familyNamed(name);
  const counts = tasks.flatMap((task) => (task === "regression" ? [0] : [2, 3]));

  it.each(counts)("gives in onnxruntime what it gives here, for %d classes", async (classes) => {
    const state = fit(training(classes, rows), parametersOf(parameters), { random: seededRandom(1) });
    const x = matrix(ROWS, { ...rows, codes: rows.codes * 2 });
    expect(largestDifference(await inRuntime(state, x), predict(state, x))).toBeLessThan(1e-11);
  });
});

describe("trees with missing values and categories, known or not,", () => {
  const shape = { trees: 20, leaves: 31, columns: 6, categorical: [1, 4], missing: true };
  const x = randomRows(ROWS, shape, random);

  const differences = async (state: TreeModelState) => {
    const expected = Array.from({ length: ROWS }, (_, row) => [...outputsOfTrees(state, rowOf(x, row))]).flat();
    const named = { ...state, family: "gradient-boosting" };
    return largestDifference(await inRuntime(named, x), expected);
  };

  it.each([1, 3])("boosted, with %d scores: the probabilities agree with onnxruntime", async (scores) => {
    expect(await differences(boostedState(randomTrees(shape, random), 6, scores))).toBeLessThan(1e-11);
  });

  it("boosted, of a regression: the value agrees with onnxruntime", async () => {
    const state = boostedState(randomTrees(shape, random), 6);
    expect(await differences({ ...state, classes: 0, link: "none", init: [1e6] })).toBeLessThan(1e-9);
  });

  it.each([1, 2, 4])("averaged, with %d values a leaf: the means agree with onnxruntime", async (width) => {
    expect(await differences(averagedState(randomTrees({ ...shape, width }, random), 6))).toBeLessThan(1e-11);
  });

  it("of one leaf each add up as they are", async () => {
    expect(await differences(boostedState(randomTrees({ ...shape, leaves: 1 }, random), 6))).toBeLessThan(1e-11);
  });
});

/** By the definition of the trees, without any kernel. */
function outputsOfTrees(state: TreeModelState, features: Numbers): Float64Array {
  const scores = plainScores(state, features);
  const outputs = new Float64Array(Math.max(1, state.classes));
  linkScores(state, scores, 0, scores.length, outputs, 0);
  return outputs;
}

it("a family that has no export is refused by its name", () => {
  const state = { family: "oracle", version: 1, classes: 2, columns: 1 };
  expect(() => modelToOnnx(state, newGraph(), "x")).toThrow(/family oracle can't be exported.*logistic-regression/);
});
