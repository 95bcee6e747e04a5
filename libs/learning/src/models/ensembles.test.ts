import { ProblemError } from "@millrace/contracts";
import { matrixOf, rowOf, type Matrix } from "../data/matrix.js";
import { seededRandom } from "../data/random.js";
import type { Family, FitContext, ModelState, TrainingData } from "./family.js";
import { linearRegression } from "./linear-regression.js";
import { logisticRegression } from "./logistic-regression.js";
import type { FamilyLookup } from "./member-models.js";
import { stackingOf } from "./stacking.js";
import { votingOf } from "./voting.js";

/** Remembers the rows that it was fitted on, by their first column, and gives a class that it was told. */
interface Spy extends ModelState {
  readonly rows: readonly number[];
  readonly probability: number;
}
const fitted: number[][] = [];
const spy: Family<Spy> = {
  name: "spy",
  tasks: ["classification"],
  defaults: { probability: 0.5 },
  parameters(given) {
    if (Object.keys(given).some((key) => key !== "probability"))
      throw new ProblemError({ code: "PARAMETER_UNKNOWN", message: "spy has no such parameter." });
    return { probability: 0.5, ...(given as object) };
  },
  fit({ x, classes }, { probability }) {
    const rows = Array.from({ length: x.rows }, (_, row) => x.values[row * x.columns]!);
    fitted.push(rows);
    return { family: "spy", version: 1, classes, columns: x.columns, rows, probability: probability as number };
  },
  // 1 for a row that it has seen: the final model would learn to trust it, if it were shown that.
  predict: (state, x) =>
    Float64Array.from({ length: x.rows * 2 }, (_, index) => {
      const one = state.rows.includes(x.values[Math.floor(index / 2) * x.columns]!) ? 1 : state.probability;
      return index % 2 === 1 ? one : 1 - one;
    }),
  compile: (state) => (features) => spy.predict(state, { rows: 1, columns: features.length, values: features }),
};

const known: Record<string, Family> = {
  spy: spy as unknown as Family,
  "logistic-regression": logisticRegression as unknown as Family,
  "linear-regression": linearRegression as unknown as Family,
};
const lookup: FamilyLookup = {
  familyNamed: (name) => known[name] ?? missing(name),
  familyOf: ({ family }) => known[family]!,
};
function missing(name: string): never {
  throw new ProblemError({ code: "MODEL_FAMILY_UNKNOWN", message: `there is no model named ${name}.` });
}

const voting = votingOf(lookup);
const stacking = stackingOf(lookup);
const context = (seed = 1): FitContext => ({ random: seededRandom(seed) });
const logistic = (C: number) => ({ family: "logistic-regression", params: { C } });

function blobs(rows: number, classes: number): TrainingData & { y: Int32Array } {
  const draw = seededRandom(rows);
  const y = Int32Array.from({ length: rows }, (_, row) => row % classes);
  return { x: matrixOf([...y].map((code, row) => [row, draw.next() + code / 2, draw.next() - code / 3])), y, classes };
}
const line = (rows: number): TrainingData => {
  const { x } = blobs(rows, 2);
  return { x, y: Float64Array.from({ length: rows }, (_, row) => x.values[row * 3 + 1]! * 3 + 1), classes: 0 };
};
const perRow = (family: Family<never>, state: ModelState, x: Matrix) => {
  const model = family.compile(state as never);
  return Float64Array.from(Array.from({ length: x.rows }, (_, row) => [...model(rowOf(x, row))]).flat());
};

describe("voting", () => {
  const data = blobs(60, 3);
  const [soft, hard] = [0.01, 100].map((C) => {
    const state = logisticRegression.fit(data, logisticRegression.parameters({ C }), context());
    return logisticRegression.predict(state, data.x);
  });

  it("gives the weighted mean of what its members give", () => {
    const members = [logistic(0.01), logistic(100)];
    const even = voting.fit(data, voting.parameters({ members }), context());
    const uneven = voting.fit(data, voting.parameters({ members, weights: [3, 1] }), context());
    voting.predict(even, data.x).forEach((value, at) => expect(value).toBeCloseTo((soft![at]! + hard![at]!) / 2, 12));
    voting
      .predict(uneven, data.x)
      .forEach((value, at) => expect(value).toBeCloseTo(0.75 * soft![at]! + 0.25 * hard![at]!, 12));
    expect(perRow(voting as never, uneven, data.x)).toEqual(voting.predict(uneven, data.x));
  });

  it("takes the mean of values for a regression", () => {
    const values = line(30);
    const members = [{ family: "linear-regression", params: { alpha: 1e-9 } }, { family: "linear-regression" }];
    const state = voting.fit(values, voting.parameters({ members }), context());
    expect(voting.predict(state, values.x)[7]).toBeCloseTo(values.y[7]!, 0);
    expect(perRow(voting as never, state, values.x)).toEqual(voting.predict(state, values.x));
  });

  it("gives each member a part of the progress", () => {
    const told: number[] = [];
    const onProgress = (done: number, total: number) => told.push(done / total);
    voting.fit(data, voting.parameters({ members: [logistic(1), logistic(2)] }), { ...context(), onProgress });
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect([told[0]! < 0.5, told.at(-1)]).toEqual([true, 1]);
  });

  it("refuses members that are none, before it learns", () => {
    const given = (given: Record<string, unknown>) => () => voting.parameters(given);
    expect(given({ members: [] })).toThrow("voting.members: [] is not a list of models");
    expect(given({ members: ["spy"] })).toThrow("is not a list of models as { family, params }");
    expect(given({ members: [{ family: "oracle" }] })).toThrow("there is no model named oracle");
    expect(given({ members: [logistic(-1)] })).toThrow("logistic-regression.C: -1 is not a number above 0");
    expect(given({ members: [logistic(1)], weights: [1, 2] })).toThrow("1 members have 2 weights");
    expect(given({ members: [logistic(1)], weights: [0] })).toThrow("not all 0");
    const regression = voting.parameters({ members: [{ family: "linear-regression" }] });
    expect(() => voting.fit(data, regression, context())).toThrow("linear-regression is for regression");
  });
});

describe("stacking", () => {
  it("shows its final model only predictions of rows that the member has not seen", () => {
    const data = blobs(50, 2);
    fitted.length = 0;
    const members = [{ family: "spy", params: { probability: 0.5 } }];
    const state = stacking.fit(data, stacking.parameters({ members, folds: 5 }), context());
    expect(fitted.map((rows) => rows.length)).toEqual([40, 40, 40, 40, 40, 50]);
    // Every out-of-fold prediction was 0.5: there was nothing to learn from it, so the final model knows the shares alone.
    const { coefficients } = state.final as never as { coefficients: number[][] };
    expect(Math.abs(coefficients[0]![0]!)).toBeLessThan(1e-6);
  });

  it.each([2, 3])("predicts a row and a table to the bit, with %d classes, and learns", (classes) => {
    const data = blobs(90, classes);
    const members = [logistic(0.01), logistic(10)];
    for (const passthrough of [false, true]) {
      const state = stacking.fit(data, stacking.parameters({ members, passthrough }), context());
      const outputs = stacking.predict(state, data.x);
      expect(perRow(stacking as never, state, data.x)).toEqual(outputs);
      expect(state.final.columns).toBe(2 * (classes === 2 ? 1 : 3) + (passthrough ? 3 : 0));
      const right = data.y.filter((code, row) => {
        const each = outputs.subarray(row * classes, (row + 1) * classes);
        return each.indexOf(Math.max(...each)) === code;
      });
      expect(right.length / 90).toBeGreaterThan(1.3 / classes);
    }
  });

  it("stacks values for a regression", () => {
    const data = line(40);
    const members = [{ family: "linear-regression", params: { alpha: 1e-6 } }];
    const state = stacking.fit(data, stacking.parameters({ members }), context());
    expect(state.final.family).toBe("linear-regression");
    expect(stacking.predict(state, data.x)[5]).toBeCloseTo(data.y[5]!, 1);
  });

  it("is the same for the same seed, and deals other folds for another", () => {
    const data = blobs(60, 2);
    const fit = (seed: number) => stacking.fit(data, stacking.parameters({ members: [logistic(1)] }), context(seed));
    expect(fit(1)).toEqual(fit(1));
    expect(fit(1).final).not.toEqual(fit(2).final);
  });

  it("takes weights", () => {
    const data = blobs(60, 2);
    const weights = Float64Array.from(data.y, (code) => (code === 1 ? 4 : 1));
    const params = stacking.parameters({ members: [logistic(1)] });
    const mean = (data: TrainingData) =>
      stacking
        .predict(stacking.fit(data, params, context()), data.x)
        .reduce((sum, value, index) => sum + (index % 2) * value, 0) / 60;
    expect(mean(data)).toBeCloseTo(0.5, 1);
    expect(mean({ ...data, weights })).toBeGreaterThan(0.62);
  });

  it("refuses too few rows for folds, and an unknown final model", () => {
    const { x } = blobs(5, 2);
    const params = stacking.parameters({ members: [logistic(1)] });
    expect(() => stacking.fit({ x, y: Int32Array.of(0, 0, 0, 0, 1), classes: 2 }, params, context())).toThrow(
      "class 1 has one row",
    );
    expect(() => stacking.parameters({ final: { family: "oracle" }, members: [logistic(1)] })).toThrow(
      "no model named oracle",
    );
    expect(() => stacking.parameters({ final: "oracle", members: [logistic(1)] })).toThrow('is not "linear"');
  });
});
