import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { matrixOf, takeMatrixRows, type Matrix } from "../data/matrix.js";
import { seededRandom } from "../data/random.js";
import type { TrainingData } from "./family.js";
import { linearRegression, type LinearRegressionState } from "./linear-regression.js";

const { regression, dependent } = JSON.parse(readFileSync(join(__dirname, "../../fixtures/linear.json"), "utf8"));
const fit = (data: TrainingData, params: Record<string, unknown> = {}, context = {}): LinearRegressionState =>
  linearRegression.fit(data, linearRegression.parameters(params), { random: seededRandom(1), ...context });
const valued = (x: Matrix, y: readonly number[], weights?: readonly number[]): TrainingData => ({
  ...{ x, y: Float64Array.from(y), classes: 0 },
  ...(weights && { weights: Float64Array.from(weights) }),
});
const farthest = (ours: ArrayLike<number>, theirs: ArrayLike<number>) =>
  Math.max(...Array.from(ours, (value, at) => Math.abs(value - theirs[at]!)));

interface Expected {
  penalty: string;
  alpha: number;
  l1Share: number;
  weighted: boolean;
  coefficients: number[];
  intercept: number;
}

describe("linearRegression gives scikit-learn's coefficients", () => {
  const { x, y, weights, fits } = regression;
  it.each(fits as Expected[])("$penalty, alpha $alpha, l1Share $l1Share, weighted: $weighted", (expected) => {
    const { penalty, alpha, l1Share, weighted, coefficients, intercept } = expected;
    const state = fit(valued(matrixOf(x), y, weighted ? weights : undefined), { penalty, alpha, l1Share });
    expect(state.converged).toBe(true);
    expect(farthest(state.coefficients[0]!, coefficients)).toBeLessThan(1e-5);
    expect(Math.abs(state.intercepts[0]! - intercept)).toBeLessThan(1e-3);
    expect(state.coefficients[0]!.map((weight) => weight === 0)).toEqual(coefficients.map((weight) => weight === 0));
  });
});

describe("columns that depend on others", () => {
  const data = valued(matrixOf(dependent.x), dependent.y);

  it("are named and have the coefficient 0, and the predictions are those of any other solution", () => {
    const state = fit(data, { penalty: "none" });
    expect(state.dependent).toEqual([2, 5]);
    expect(state.coefficients[0]![2]).toBe(0);
    expect(state.coefficients[0]![5]).toBe(0);
    expect(farthest(linearRegression.predict(state, data.x), dependent.predictions)).toBeLessThan(1e-9);
  });

  it("share the effect under an l2 penalty", () => {
    const state = fit(data, { penalty: "l2", alpha: 0.1 });
    expect(state.dependent).toEqual([]);
    expect(state.coefficients[0]!.every((weight) => weight !== 0)).toBe(true);
  });

  it("may be more than there are rows", () => {
    const draw = seededRandom(3);
    const x = matrixOf(Array.from({ length: 8 }, () => Array.from({ length: 30 }, () => draw.next())));
    const few = valued(
      x,
      Array.from({ length: 8 }, () => draw.next()),
    );
    const state = fit(few, { penalty: "none" });
    expect(state.dependent).toHaveLength(23);
    expect(farthest(linearRegression.predict(state, x), few.y)).toBeLessThan(1e-8);
  });
});

it("keeps its digits where a column lies far from 0 and another is tiny", () => {
  const draw = seededRandom(3);
  const rows = Array.from({ length: 500 }, () => [1.7e12 + draw.next() * 1e9, draw.next() * 1e-9, draw.next()]);
  const y = rows.map(([time, tiny, plain]) => 3 + (time! - 1.7e12) * 2e-9 - tiny! * 5e9 + plain!);
  const state = fit(valued(matrixOf(rows), y), { penalty: "none" });
  expect(state.coefficients[0]![0]! / 2e-9).toBeCloseTo(1, 6);
  expect(state.coefficients[0]![1]! / -5e9).toBeCloseTo(1, 6);
  expect(farthest(linearRegression.predict(state, matrixOf(rows)), y)).toBeLessThan(1e-3);
});

describe("more columns than second derivatives are made for", () => {
  const draw = seededRandom(9);
  const columns = 2100;
  const x = matrixOf(Array.from({ length: 60 }, () => Array.from({ length: columns }, () => draw.next() - 0.5)));
  const data = valued(
    x,
    Array.from({ length: 60 }, (_, row) => x.values[row * columns]! * 4 + draw.next()),
  );

  it.each(["l2", "elastic-net"])("have the minimum that the derivatives show, with %s", (penalty) => {
    const alpha = penalty === "l2" ? 5 : 0.05;
    const state = fit(data, { penalty, alpha });
    expect(state.converged).toBe(true);
    const residual = linearRegression.predict(state, x).map((value, row) => value - data.y[row]!);
    const slope = (column: number) =>
      residual.reduce((sum, by, row) => sum + by * x.values[row * columns + column]!, 0);
    const weight = state.coefficients[0]![0]!;
    if (penalty === "l2") expect(slope(0)).toBeCloseTo(-alpha * weight, 4);
    else expect(slope(0) / 60).toBeCloseTo(-alpha * (0.5 * weight + 0.5 * Math.sign(weight)), 4);
  });
});

describe("properties", () => {
  const data = fc.integer({ min: 0, max: 1e6 }).map((seed) => {
    const draw = seededRandom(seed);
    const x = matrixOf(Array.from({ length: 30 }, () => [draw.next(), draw.next() * 7, draw.next() - 1]));
    return valued(
      x,
      Array.from({ length: 30 }, (_, row) => x.values[row * 3]! * 2 + draw.next() * 3),
    );
  });
  const penalty = fc.constantFrom("none", "l2", "elastic-net");
  const take = ({ x, y }: TrainingData, rows: Int32Array) =>
    valued(
      takeMatrixRows(x, rows),
      [...rows].map((row) => y[row]!),
    );
  const close = (a: LinearRegressionState, b: LinearRegressionState) =>
    expect(farthest(a.coefficients[0]!, b.coefficients[0]!)).toBeLessThan(1e-6);

  it("a row of weight 2 counts as two rows, and one of weight 0 as none", () => {
    fc.assert(
      fc.property(data, penalty, (data, penalty) => {
        const weights = Float64Array.from(data.y, (_, row) => row % 3);
        const rows = Int32Array.from([...weights].flatMap((weight, row) => new Array<number>(weight).fill(row)));
        const given = { penalty, alpha: 0.2 };
        close(fit({ ...data, weights }, given), fit(take(data, rows), given));
      }),
      { numRuns: 30 },
    );
  });

  it("the order of the rows is nothing to it", () => {
    fc.assert(
      fc.property(data, penalty, fc.nat(), (data, penalty, seed) => {
        const order = seededRandom(seed).shuffle(Int32Array.from(data.y, (_, row) => row));
        close(fit(data, { penalty, alpha: 0.2 }), fit(take(data, order), { penalty, alpha: 0.2 }));
      }),
      { numRuns: 30 },
    );
  });

  it("a target that is moved and stretched moves and stretches the predictions", () => {
    fc.assert(
      fc.property(data, fc.constantFrom("none", "l2"), fc.integer({ min: -1000, max: 1000 }), (data, penalty, by) => {
        const moved = { ...data, y: Float64Array.from(data.y, (value) => value * 50 + by) };
        const [a, b] = [data, moved].map((data) => linearRegression.predict(fit(data, { penalty }), data.x));
        a!.forEach((value, row) => expect(Math.abs(value * 50 + by - b![row]!)).toBeLessThan(1e-6));
      }),
      { numRuns: 30 },
    );
  });
});

describe("what is learnt", () => {
  const x = matrixOf([
    [1, 2],
    [3, 4],
    [5, 7],
  ]);
  it("from one row is its value, and from a constant column nothing", () => {
    expect(linearRegression.predict(fit(valued(matrixOf([[4]]), [7])), matrixOf([[9]]))[0]).toBe(7);
    const constant = fit(valued(matrixOf([[5], [5], [5]]), [1, 2, 3]), { penalty: "none" });
    expect(constant).toMatchObject({ coefficients: [[0]], intercepts: [2], dependent: [0] });
  });

  it("is nothing where a target, a value or a weight is none", () => {
    expect(() => fit(valued(x, [1, NaN, 3]))).toThrow("the target of row 2 is NaN");
    expect(() => fit(valued(x, [1, 2]))).toThrow("3 rows have 2 labels");
    expect(() => fit(valued(matrixOf([[1], [Infinity]]), [1, 2]))).toThrow("the value at row 2, column 0 is Infinity");
    expect(() => fit(valued(x, [1, 2, 3], [1, -1, 1]))).toThrow("the weight of row 2 is -1");
    expect(() => linearRegression.parameters({ penalty: "l3" })).toThrow("is not one of l2, l1, elastic-net, none");
  });
});
