import type { Table } from "@millrace/contracts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { matrixOf, type Matrix } from "../data/matrix.js";
import { seededRandom } from "../data/random.js";
import { sharesOf, treeImportance } from "./gain-importance.js";
import { gridOf, partialDependence } from "./partial-dependence.js";
import { permutationImportance } from "./permutation-importance.js";
import { scoreByMetric, scoreByValueMetric } from "./score-by-metric.js";
import { matrixWhatIf, tableWhatIf } from "./what-if.js";

const { explanation } = JSON.parse(readFileSync(join(__dirname, "../../fixtures/calibration.json"), "utf8"));
const x = matrixOf(explanation.x as number[][]);
const labels = Int32Array.from(explanation.y as number[]);
const coefficients: number[] = explanation.coefficients;

function predict({ rows, columns, values }: Matrix): Float64Array {
  const probabilities = new Float64Array(rows * 2);
  for (let row = 0; row < rows; row++) {
    const z = coefficients.reduce((sum, c, column) => sum + c * values[row * columns + column]!, explanation.intercept);
    probabilities[2 * row + 1] = 1 / (1 + Math.exp(-z));
    probabilities[2 * row] = 1 - probabilities[2 * row + 1]!;
  }
  return probabilities;
}

const { score } = scoreByMetric("log_loss", { labels, classes: ["0", "1"] });
const question = { rows: matrixWhatIf(x), predict, score, lessIsBetter: true };

describe("permutation importance", () => {
  it("comes to scikit-learn's mean and deviation over many repeats", () => {
    const { groups } = permutationImportance({ ...question, repeats: 300, random: seededRandom(1) });
    groups.forEach(({ mean, deviation }, column) => {
      const { mean: means, deviation: deviations } = explanation.permutation;
      expect(Math.abs(mean - means[column])).toBeLessThan(0.25 * deviations[column] + 1e-3);
      expect(deviation / deviations[column]).toBeCloseTo(1, 0);
    });
  });

  it("is 0 where the model does not look, and leaves the rows as they were", () => {
    const before = x.values.slice();
    const { groups, score: whole } = permutationImportance({
      ...{ rows: matrixWhatIf(x), random: seededRandom(1), score },
      predict: ({ rows, columns, values }) =>
        predict({ rows, columns, values: values.map((v, i) => (i % 3 === 2 ? 0 : v)) }),
      lessIsBetter: true,
    });
    expect(groups[2]).toMatchObject({ columns: [2], mean: 0, deviation: 0, drops: [0, 0, 0, 0, 0] });
    expect(groups[0]!.mean).toBeGreaterThan(0.1);
    expect(whole).toBeGreaterThan(0);
    expect(x.values).toEqual(before);
  });

  it("gives a column the same whichever others are asked about, and more of them together", () => {
    const ask = (groups: number[][]) => permutationImportance({ ...question, groups, random: seededRandom(7) }).groups;
    const [alone] = ask([[0]]);
    const [first, , both] = ask([[0], [1], [0, 1]]);
    expect(first).toEqual(alone);
    expect(both!.mean).toBeGreaterThan(first!.mean);
  });

  it("takes any metric, and knows whether less of it is better", () => {
    const ask = (how: ReturnType<typeof scoreByMetric>) =>
      permutationImportance({ ...question, ...how, random: seededRandom(3) });
    const byAuc = ask(scoreByMetric("roc_auc", { labels, classes: ["0", "1"] }));
    expect(byAuc.groups[0]!.mean).toBeGreaterThan(0.05);
    const actual = Float64Array.from(labels.keys(), (row) => x.values[row * 3]! * 2);
    const twice = ({ rows, values }: Matrix) => Float64Array.from({ length: rows }, (_, row) => values[row * 3]! * 2);
    const weights = Float64Array.from(labels, (_, row) => 1 + (row % 2));
    const byError = { ...scoreByValueMetric("mae", { actual, weights }), predict: twice };
    const { groups, score: whole } = permutationImportance({ ...question, ...byError, random: seededRandom(3) });
    expect(whole).toBe(0);
    expect(groups.map(({ mean }) => mean > 0)).toEqual([true, false, false]);
  });

  it("tells its progress, can be called off, and needs a metric that has a value", () => {
    const told: number[][] = [];
    const signal = { aborted: false };
    const onProgress = (...step: number[]) => (told.push(step), (signal.aborted = step[0] === 7));
    expect(() => permutationImportance({ ...question, random: seededRandom(1), onProgress, signal })).toThrow(
      expect.objectContaining({ code: "LEARNING_CANCELLED" }),
    );
    expect(told.at(-1)).toEqual([7, 15]);
    expect(() => permutationImportance({ ...question, random: seededRandom(1), score: () => undefined })).toThrow(
      "has no value",
    );
  });
});

describe("partial dependence", () => {
  const grids: number[][] = explanation.grids;
  const ofPositive = (values: Float64Array) => [...values].filter((_, index) => index % 2 === 1);

  it("is scikit-learn's on the same grid, for one column, each row and two columns", () => {
    const one = partialDependence({ ...question, columns: [0], grids: [grids[0]!], individual: true });
    expect(ofPositive(one.average)).toEqual(explanation.average.map(near));
    const curves = explanation.individual as number[][];
    const first = ofPositive(one.individual!);
    expect(curves.map((_, row) => [0, 1, 2].map((point) => first[point * x.rows + row]))).toEqual(
      curves.map((curve) => curve.map(near)),
    );
    const two = partialDependence({ ...question, columns: [0, 1], grids });
    expect(ofPositive(two.average)).toEqual(explanation.both.flat().map(near));
  });

  it("takes quantiles as its grid, or all values where there are few, or categories", () => {
    const rows = matrixWhatIf(x, [1]);
    expect(gridOf(rows, 1)).toEqual([0, 1, 2, 3]);
    const grid = gridOf(rows, 0, 5) as number[];
    const column = explanation.x.map(([value]: number[]) => value) as number[];
    expect([grid.length, grid[0], grid.at(-1)]).toEqual([5, Math.min(...column), Math.max(...column)]);
    const missing = matrixWhatIf(matrixOf([[NaN], [NaN]]));
    expect(() => gridOf(missing, 0)).toThrow("column 0 has no value");
  });

  it("counts weights as repeated rows", () => {
    const weights = Float64Array.from(labels, (_, row) => row % 3);
    const rows = Array.from(labels.keys()).flatMap((row) => Array<number>(row % 3).fill(row));
    const repeated = matrixOf(rows.map((row) => x.values.slice(row * 3, row * 3 + 3)));
    const weighted = partialDependence({ ...question, columns: [0], grids: [grids[0]!], weights });
    const counted = partialDependence({ rows: matrixWhatIf(repeated), predict, columns: [0], grids: [grids[0]!] });
    expect([...weighted.average]).toEqual([...counted.average].map(near));
  });

  it("can be called off, and refuses curves that take too much memory", () => {
    const signal = { aborted: true };
    expect(() => partialDependence({ ...question, columns: [0], signal })).toThrow("called off after 0 of");
    const values = Array.from({ length: 3000 }, (_, index) => index);
    expect(() =>
      partialDependence({ ...question, columns: [0, 1], grids: [values, values], individual: true }),
    ).toThrow(expect.objectContaining({ code: "TASK_TOO_LARGE" }));
  });
});

describe("a table in front of preprocessing", () => {
  const table: Table = {
    rows: 4,
    columns: [
      { name: "n", kind: "number", values: Float64Array.of(1, 2, 3, NaN) },
      { name: "t", kind: "text", codes: Int32Array.of(0, 1, 1, -1), dictionary: ["a", "b", "unused"] },
    ],
  };
  const rows = tableWhatIf(table);

  it("is asked in the same way: with its texts as categories, and without copies of other columns", () => {
    expect(gridOf(rows, 0)).toEqual([1, 2, 3]);
    expect(gridOf(rows, 1)).toEqual(["a", "b"]);
    const asked = rows.set([{ column: 1, value: "b" }]);
    expect(asked.columns[1]).toMatchObject({ codes: Int32Array.of(1, 1, 1, 1) });
    expect(asked.columns[0]).toBe(table.columns[0]);
    expect(rows.set([{ column: 1, value: NaN }]).columns[1]).toMatchObject({ codes: Int32Array.of(-1, -1, -1, -1) });
    expect(rows.set([{ column: 0, value: 7 }]).columns[0]).toMatchObject({ values: Float64Array.of(7, 7, 7, 7) });
    expect(() => rows.set([{ column: 1, value: "c" }])).toThrow('"c" does not come in this column.');
  });

  it("shuffles the columns of a group alike", () => {
    const shuffled = rows.shuffled([0, 1], Uint32Array.of(3, 2, 1, 0));
    expect(shuffled.columns[0]).toMatchObject({ values: Float64Array.of(NaN, 3, 2, 1) });
    expect(shuffled.columns[1]).toMatchObject({ codes: Int32Array.of(-1, 1, 1, 0) });
  });
});

describe("the importance of columns in trees", () => {
  it("is the gain and the count of the questions about each, and their shares", () => {
    const found = treeImportance(
      { feature: Int32Array.of(2, -1, 0, -1, -1, 2, -1, -1), gain: Float32Array.of(3, 0, 1, 0, 0, 4, 0, 0) },
      4,
    );
    expect(found).toEqual({ gain: Float64Array.of(1, 0, 7, 0), splits: Float64Array.of(1, 0, 2, 0) });
    expect(sharesOf(found.gain)).toEqual(Float64Array.of(0.125, 0, 0.875, 0));
    expect(sharesOf(new Float64Array(2))).toEqual(new Float64Array(2));
  });
});

function near(value: number): unknown {
  return expect.closeTo(value, 9);
}
