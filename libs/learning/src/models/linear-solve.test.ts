import { matrixOf, takeMatrixRows, type Matrix } from "../data/matrix.js";
import { seededRandom } from "../data/random.js";
import type { TrainingData } from "./family.js";
import { denseProblem } from "./linear-dense.js";
import { logisticRegression, type LogisticRegressionState } from "./logistic-regression.js";

const random = seededRandom(5);
const fit = (data: TrainingData, params: Record<string, unknown> = {}, context = {}): LogisticRegressionState =>
  logisticRegression.fit(data, logisticRegression.parameters(params), { random: seededRandom(1), ...context });

function blobs(rows: number, columns: number, classes: number): TrainingData & { y: Int32Array } {
  const y = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const value = (code: number, column: number) => random.next() * 2 + (column % classes === code ? 1 : 0);
  const x = matrixOf([...y].map((code) => Array.from({ length: columns }, (_, column) => value(code, column))));
  return { x, y, classes };
}

describe("with more weights than Newton's method is for", () => {
  it.each([2, 3])("comes to the minimum, with %d classes", (classes) => {
    const data = blobs(120, 600, classes);
    const state = fit(data);
    expect(state.converged).toBe(true);
    expect(state.iterations).toBeGreaterThan(5);
    // At the minimum the intercept makes the mean probability of a class its share of the rows.
    const probabilities = logisticRegression.predict(state, data.x);
    const ofClass = probabilities.filter((_, index) => index % classes === 1);
    expect(ofClass.reduce((sum, value) => sum + value, 0) / 120).toBeCloseTo(1 / classes, 5);
  });

  it("comes with an l1 penalty to the minimum that Newton's method finds", () => {
    const { x, y } = blobs(80, 520, 2);
    const narrow = takeColumns(x, 300);
    const padded = { rows: 80, columns: 520, values: x.values.map((value, at) => (at % 520 < 300 ? value : 0)) };
    const [wide, few] = [padded, narrow].map((x) => fit({ x, y, classes: 2 }, { penalty: "l1", C: 0.5 }));
    expect(wide!.converged && few!.converged).toBe(true);
    expect(wide!.coefficients[0]!.slice(300).every((weight) => weight === 0)).toBe(true);
    few!.coefficients[0]!.forEach((weight, at) => expect(wide!.coefficients[0]![at]).toBeCloseTo(weight, 3));
  });
});

const takeColumns = ({ rows, columns, values }: Matrix, count: number): Matrix => ({
  ...{ rows, columns: count },
  values: values.filter((_, index) => index % columns < count),
});

describe("many rows", () => {
  const many = blobs(40_000, 6, 3);
  const one = fit(many, {}, { threads: 1 });

  it("are begun with a sample, and end at the minimum of all", () => {
    expect(one.converged).toBe(true);
    const probabilities = logisticRegression.predict(one, many.x);
    for (const code of [0, 1, 2]) {
      const share = probabilities.filter((_, index) => index % 3 === code).reduce((sum, value) => sum + value, 0);
      expect(share / 40_000).toBeCloseTo(many.y.filter((other) => other === code).length / 40_000, 5);
    }
  });

  it("give the same bits on two threads, and on more than there are slices", () => {
    const wide = blobs(20_000, 30, 2);
    const fits = [1, 2, 3].map((threads) => fit(wide, {}, { threads }));
    expect(fits[1]).toEqual(fits[0]);
    expect(fits[2]).toEqual(fits[0]);
  });

  it("take a column that the sample has not seen", () => {
    const values = many.x.values.slice();
    for (let row = 0; row < 40_000; row++) values[row * 6] = row % 8_000 === 77 ? 1 : 0;
    const state = fit({ ...many, x: { ...many.x, values } });
    expect(state.converged).toBe(true);
  });
});

it("an l1 penalty that is nothing beside a column does not make the classes of a softmax creep", () => {
  const { x, y } = blobs(300, 3, 4);
  const values = x.values.map((value, at) => (at % 3 === 1 ? value * 1e6 : value));
  const state = fit({ x: { ...x, values }, y, classes: 4 }, { penalty: "l1", C: 10 });
  expect(state.converged).toBe(true);
  expect(state.iterations).toBeLessThan(10);
  // The common part of the coefficients of a column is free but for the penalty, which is least with their median at 0.
  for (const column of [0, 1, 2]) {
    const sorted = state.coefficients.map((row) => row[column]!).sort((a, b) => a - b);
    expect(sorted[1]! <= 0 && sorted[2]! >= 0).toBe(true);
  }
});

it("a task that can't be addressed is refused with its size before anything is allocated", () => {
  const values = { length: 5e9, byteLength: 4e10 } as never;
  const data = { x: { rows: 1e8, columns: 50, values }, y: new Int32Array(0), classes: 2 };
  expect(() => denseProblem(data, { loss: "binary", outputs: 1, curved: true })).toThrow(
    "100000000 rows of 50 columns need 38.0 GiB, more than the 4.0 GiB that can be addressed",
  );
});

describe("rows that are mostly 0", () => {
  const dense = blobs(400, 30, 2);
  const sparse = {
    ...dense,
    x: { ...dense.x, values: dense.x.values.map((value, at) => (at % 30 === at % 13 ? value : 0)) },
  };
  const filled = { ...sparse, x: { ...sparse.x, values: sparse.x.values.map((value) => value + 1) } };

  it.each(["l2", "l1", "elastic-net"])("come to the same minimum as all others, with %s", (penalty) => {
    const [a, b] = [sparse, filled].map((data) => fit(data, { penalty }));
    a!.coefficients[0]!.forEach((weight, at) => expect(b!.coefficients[0]![at]).toBeCloseTo(weight, 4));
  });

  it("take weights", () => {
    const weights = Float64Array.from(sparse.y, (_, row) => row % 3);
    const rows = Int32Array.from([...weights].flatMap((weight, row) => new Array<number>(weight).fill(row)));
    const repeated = { x: takeMatrixRows(sparse.x, rows), y: rows.map((row) => sparse.y[row]!), classes: 2 };
    const [a, b] = [fit({ ...sparse, weights }), fit(repeated)];
    a.coefficients[0]!.forEach((weight, at) => expect(b.coefficients[0]![at]).toBeCloseTo(weight, 6));
  });
});
