import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { matrixOf, takeMatrixRows } from "../data/matrix.js";
import { seededRandom } from "../data/random.js";
import type { TrainingData } from "./family.js";
import { logisticRegression, type LogisticRegressionState } from "./logistic-regression.js";

const read = (name: string) => JSON.parse(readFileSync(join(__dirname, `../../fixtures/${name}.json`), "utf8"));
const random = seededRandom(5);
const fit = (data: TrainingData, params: Record<string, unknown> = {}, context = {}): LogisticRegressionState =>
  logisticRegression.fit(data, logisticRegression.parameters(params), { random: seededRandom(1), ...context });

function blobs(rows: number, columns: number, classes: number): TrainingData & { y: Int32Array } {
  const y = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const value = (code: number, column: number) => random.next() * 2 + (column % classes === code ? 1 : 0);
  const x = matrixOf([...y].map((code) => Array.from({ length: columns }, (_, column) => value(code, column))));
  return { x, y, classes };
}

function lossOf(state: LogisticRegressionState, { x, y, weights }: TrainingData): number {
  const probabilities = logisticRegression.predict(state, x);
  const loss = (row: number) => -Math.log(probabilities[row * state.classes + y[row]!]!);
  return Array.from(y, (_, row) => (weights?.[row] ?? 1) * loss(row)).reduce((sum, value) => sum + value, 0);
}

function penaltyOf({ coefficients }: LogisticRegressionState, share: number): number {
  return coefficients.flat().reduce((sum, w) => sum + ((1 - share) / 2) * w * w + share * Math.abs(w), 0);
}

describe("logisticRegression gives scikit-learn's coefficients, loss and probabilities", () => {
  const fixture = read("logistic-regression");
  const cases = ["binary", "multinomial"].flatMap((kind) =>
    fixture[kind].fits.map((expected: { C: number }) => [kind, expected.C, expected] as const),
  );
  it.each(cases)("%s with C = %d", (kind, C, expected) => {
    const { x, y } = fixture[kind];
    const data = { x: matrixOf(x), y: Int32Array.from(y as number[]), classes: kind === "binary" ? 2 : 3 };
    const state = fit(data, { C });
    expect(state.converged).toBe(true);
    expect(Math.abs((lossOf(state, data) + penaltyOf(state, 0) / C) / expected.objective - 1)).toBeLessThan(1e-8);
    const away = (ours: readonly number[], theirs: number[]) =>
      Math.max(...ours.map((value, index) => Math.abs(value - theirs[index]!)));
    expect(away(state.coefficients.flat(), expected.coefficients.flat())).toBeLessThan(1e-5);
    expect(away(state.intercepts, expected.intercepts)).toBeLessThan(1e-5);
    const probabilities = [
      ...logisticRegression.predict(state, data.x).subarray(0, expected.probabilities.flat().length),
    ];
    expect(away(probabilities, expected.probabilities.flat())).toBeLessThan(1e-6);
  });
});

describe("logisticRegression comes as low as scikit-learn's saga", () => {
  const cases = read("linear").logistic.flatMap(({ fits, ...data }: { fits: object[] }) =>
    fits.map((expected) => ({ ...data, ...expected })),
  );
  it.each(cases)("$name, $penalty of $l1Share at C = $C, weighted: $weighted", (...[given]) => {
    const { x, y, weights, weighted, penalty, C, l1Share, objective, coefficients } = given as Reference;
    const classes = new Set(y).size;
    const data = {
      x: matrixOf(x),
      y: Int32Array.from(y),
      classes,
      ...(weighted && { weights: Float64Array.from(weights) }),
    };
    const state = fit(data, { penalty, C, l1Share });
    const share = { l1: 1, "elastic-net": l1Share, l2: 0, none: 0 }[penalty]!;
    const ours = lossOf(state, data) + (penalty === "none" ? 0 : penaltyOf(state, share) / C);
    expect(state.converged).toBe(true);
    expect(ours).toBeLessThan(objective * (1 + 1e-8));
    expect(ours).toBeGreaterThan(objective * (1 - 1e-4));
    const unlike = state.coefficients.flat().filter((w, at) => Math.abs(w - coefficients.flat()[at]!) > 1e-2);
    expect(unlike).toEqual([]);
  });

  interface Reference {
    x: number[][];
    y: number[];
    weights: number[];
    weighted: boolean;
    penalty: string;
    C: number;
    l1Share: number;
    objective: number;
    coefficients: number[][];
  }
});

describe("properties", () => {
  const small = fc.integer({ min: 0, max: 1e6 }).map((seed) => {
    const draw = seededRandom(seed);
    const y = Int32Array.from({ length: 40 }, (_, row) => (row < 3 ? row : draw.integer(3)));
    return {
      x: matrixOf([...y].map((code) => [draw.next() + code / 3, draw.next() * 4, draw.next() - code / 5])),
      y,
      classes: 3,
    };
  });
  const close = (a: LogisticRegressionState, b: LogisticRegressionState) =>
    a.coefficients
      .flat()
      .forEach((weight, at) => expect(Math.abs(weight - b.coefficients.flat()[at]!)).toBeLessThan(1e-5));

  it.each(["l2", "l1"])("a row of weight 2 counts as two rows, with %s", (penalty) => {
    fc.assert(
      fc.property(small, (data) => {
        const weights = Float64Array.from(data.y, (_, row) => 1 + (row % 3));
        const rows = Int32Array.from([...weights].flatMap((weight, row) => new Array<number>(weight).fill(row)));
        const repeated = { x: takeMatrixRows(data.x, rows), y: rows.map((row) => data.y[row]!), classes: 3 };
        close(fit({ ...data, weights }, { penalty }), fit(repeated, { penalty }));
      }),
      { numRuns: 20 },
    );
  });

  it("the order of the rows is nothing to it", () => {
    fc.assert(
      fc.property(small, fc.nat(), (data, seed) => {
        const rows = seededRandom(seed).shuffle(Int32Array.from(data.y, (_, row) => row));
        close(fit(data), fit({ ...data, x: takeMatrixRows(data.x, rows), y: rows.map((row) => data.y[row]!) }));
      }),
      { numRuns: 20 },
    );
  });

  it("a column moved and, without a penalty, stretched changes no probability", () => {
    fc.assert(
      fc.property(small, fc.double({ min: -1e6, max: 1e6, noNaN: true }), (data, by) => {
        // Labels by chance, so that the classes overlap and there is a minimum.
        const y = data.y.map((_, row) => (row * 7) % 3);
        const values = data.x.values.map((value, at) => (at % 3 === 1 ? value * 1000 + by : value));
        const [a, b] = [data.x, { ...data.x, values }].map((x) =>
          logisticRegression.predict(fit({ x, y, classes: 3 }, { penalty: "none" }), x),
        );
        a!.forEach((value, at) => expect(Math.abs(value - b![at]!)).toBeLessThan(1e-5));
      }),
      { numRuns: 20 },
    );
  });
});

describe("what cannot be learnt from", () => {
  const data = blobs(20, 2, 2);
  it("is refused with the place of the trouble", () => {
    const values = data.x.values.slice();
    values[7] = NaN;
    expect(() => fit({ ...data, x: { ...data.x, values } })).toThrow("the value at row 4, column 1 is NaN");
    expect(() => fit({ ...data, categorical: [1] })).toThrow("column 1 holds codes of categories");
    expect(() => fit({ ...data, weights: new Float64Array(20) })).toThrow("every row has the weight 0");
    expect(() => fit({ ...data, weights: new Float64Array(3) })).toThrow("20 rows have 3 weights");
    expect(() => fit({ ...data, weights: Float64Array.from(data.y) })).toThrow("fewer than two classes");
  });

  it("is not a column of huge values", () => {
    const values = data.x.values.map((value, at) => (at % 2 === 0 ? value * 1e200 : value));
    const state = fit({ ...data, x: { ...data.x, values } });
    expect(logisticRegression.predict(state, { ...data.x, values }).every(Number.isFinite)).toBe(true);
  });

  it("ends when it is called off on the way, and tells how far it is before", () => {
    const signal = { aborted: false };
    const told: number[] = [];
    const onProgress = (done: number) => {
      told.push(done);
      signal.aborted = told.length === 2;
    };
    expect(() => fit(data, {}, { signal, onProgress })).toThrow(
      expect.objectContaining({ code: "LEARNING_CANCELLED" }),
    );
    expect(told[1]).toBeGreaterThan(told[0]!);
  });
});
