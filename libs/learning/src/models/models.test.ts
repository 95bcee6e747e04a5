import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  families,
  familyNamed,
  logisticRegression,
  matrixOf,
  mlRandomForest,
  rowOf,
  seededRandom,
  type Matrix,
} from "../index.js";

const fixture = JSON.parse(readFileSync(join(__dirname, "../../fixtures/logistic-regression.json"), "utf8"));

const random = seededRandom(5);
const blobs = (rows: number, columns: number, classes: number): { x: Matrix; y: Int32Array } => {
  const y = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const x = matrixOf(
    [...y].map((code) =>
      Array.from({ length: columns }, (_, column) => random.next() * 2 + (column % classes === code ? 1 : 0)),
    ),
  );
  return { x, y };
};
const accuracy = (probabilities: Float64Array, y: Int32Array, classes: number) =>
  y.filter(
    (code, row) =>
      Math.max(...probabilities.subarray(row * classes, (row + 1) * classes)) === probabilities[row * classes + code],
  ).length / y.length;

describe("logisticRegression gives scikit-learn's coefficients, loss and probabilities", () => {
  const cases = ["binary", "multinomial"].flatMap((kind) =>
    fixture[kind].fits.map((fit: { C: number }) => [kind, fit.C, fit] as const),
  );
  it.each(cases)("%s with C = %d", (kind, C, expected) => {
    const classes = kind === "binary" ? 2 : 3;
    const x = matrixOf(fixture[kind].x);
    const y = Int32Array.from(fixture[kind].y as number[]);
    const state = logisticRegression.fit({ x, y, classes }, logisticRegression.parameters({ C }), { random });
    const probabilities = logisticRegression.predict(state, x);
    const loss = y.reduce((sum, code, row) => sum - Math.log(probabilities[row * classes + code]!), 0);
    const objective = loss + state.coefficients.flat().reduce((sum, weight) => sum + weight * weight, 0) / (2 * C);
    expect(state.converged).toBe(true);
    expect(Math.abs(objective / expected.objective - 1)).toBeLessThan(1e-8);
    state.coefficients
      .flat()
      .forEach((weight, index) => expect(Math.abs(weight - expected.coefficients.flat()[index])).toBeLessThan(1e-5));
    state.intercepts.forEach((intercept, index) =>
      expect(Math.abs(intercept - expected.intercepts[index])).toBeLessThan(1e-5),
    );
    expected.probabilities
      .flat()
      .forEach((value: number, index: number) => expect(probabilities[index]).toBeCloseTo(value, 6));
  });
});

describe("logisticRegression with more weights than Newton's method is for", () => {
  it.each([2, 3])("comes to the minimum, with %d classes", (classes) => {
    const { x, y } = blobs(120, 600, classes);
    const state = logisticRegression.fit({ x, y, classes }, logisticRegression.parameters({}), { random });
    expect(state.converged).toBe(true);
    expect(state.iterations).toBeGreaterThan(10);
    // At the minimum the intercept makes the mean probability of a class its share of the rows.
    const probabilities = logisticRegression.predict(state, x);
    const share =
      probabilities.filter((_, index) => index % classes === 1).reduce((sum, value) => sum + value, 0) / x.rows;
    expect(share).toBeCloseTo(1 / classes, 6);
  });
});

describe.each(Object.keys(families))("%s", (name) => {
  const family = familyNamed(name);
  const { x, y } = blobs(90, 4, 3);
  const fit = (seed = 1) =>
    family.fit({ x, y, classes: 3 }, family.parameters(name === "ml-random-forest" ? { trees: 7 } : {}), {
      random: seededRandom(seed),
    });

  it("learns", () => {
    expect(accuracy(family.predict(fit(), x), y, 3)).toBeGreaterThan(0.6);
  });

  it("gives the same model for the same seed", () => {
    expect(fit()).toEqual(fit());
  });

  it("is plain JSON: what comes back from it predicts the same to the bit, for a table and for a row", () => {
    const state = JSON.parse(JSON.stringify(fit()));
    const probabilities = family.predict(fit(), x);
    expect(family.predict(state, x)).toEqual(probabilities);
    const model = family.compile(state);
    for (let row = 0; row < x.rows; row++)
      expect(model(rowOf(x, row))).toEqual(probabilities.slice(row * 3, row * 3 + 3));
  });

  it("gives probabilities that add up to 1", () => {
    const probabilities = family.predict(fit(), x);
    for (let row = 0; row < x.rows; row++)
      expect(probabilities.subarray(row * 3, row * 3 + 3).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  it("refuses unknown and wrong parameters by name", () => {
    const [first] = Object.keys(family.defaults);
    expect(() => family.parameters({ depth: 3 })).toThrow(`${name} has no parameter depth.`);
    expect(() => family.parameters({ toString: 3 })).toThrow("has no parameter toString");
    expect(() => family.parameters({ [first!]: "many" })).toThrow(`${name}.${first}: "many" is not`);
    expect(family.parameters({})).toEqual(family.defaults);
  });

  it("refuses labels and matrices it cannot learn from", () => {
    const learn = (x: Matrix, y: Int32Array) => () => family.fit({ x, y, classes: 2 }, family.defaults, { random });
    expect(learn(matrixOf([[1], [2]]), Int32Array.of(1, 1))).toThrow("fewer than two classes");
    expect(learn(matrixOf([[1], [2]]), Int32Array.of(0, -1))).toThrow("a label is not one of the 2 classes");
    expect(learn(matrixOf([[1], [NaN]]), Int32Array.of(0, 1))).toThrow("not finite");
    expect(() => family.predict(fit(), matrixOf([[1]]))).toThrow("was fitted on 4 columns, the matrix has 1");
  });
});

describe("mlRandomForest", () => {
  it("grows other trees from another seed", () => {
    const { x, y } = blobs(60, 4, 2);
    const fit = (seed: number) =>
      mlRandomForest.fit({ x, y, classes: 2 }, mlRandomForest.parameters({ trees: 3 }), { random: seededRandom(seed) });
    expect(fit(1)).not.toEqual(fit(2));
  });

  it("gives each tree rowsPerTree rows at most, so its trees are smaller", () => {
    const { x, y } = blobs(200, 4, 2);
    const nodes = (rowsPerTree: number) =>
      mlRandomForest
        .fit({ x, y, classes: 2 }, mlRandomForest.parameters({ trees: 3, rowsPerTree }), { random: seededRandom(1) })
        .trees.reduce((sum, { feature }) => sum + feature.length, 0);
    expect(nodes(20)).toBeLessThan(nodes(200));
  });

  it("gives as probability the share of the trees that vote for a class", () => {
    const { x, y } = blobs(60, 4, 2);
    const state = mlRandomForest.fit({ x, y, classes: 2 }, mlRandomForest.parameters({ trees: 4 }), { random });
    for (const probability of mlRandomForest.predict(state, x)) expect([0, 0.25, 0.5, 0.75, 1]).toContain(probability);
  });

  it("refuses more rows than maxRows, with the reason", () => {
    const { x, y } = blobs(30, 2, 2);
    expect(() =>
      mlRandomForest.fit({ x, y, classes: 2 }, mlRandomForest.parameters({ maxRows: 20 }), { random }),
    ).toThrow(
      expect.objectContaining({
        code: "MODEL_ROW_LIMIT",
        message: expect.stringContaining("30 training rows are more than maxRows 20"),
      }),
    );
  });
});

it("a family that is not known is refused with those that are", () => {
  expect(() => familyNamed("oracle")).toThrow(
    'there is no model named "oracle". The models are logistic-regression, ml-random-forest.',
  );
});
