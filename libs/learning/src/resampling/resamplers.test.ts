import { readFileSync } from "node:fs";
import { join } from "node:path";
import { matrixOf, seededRandom, type Matrix } from "../index.js";
import { balancedWeights } from "./class-weight.js";
import type { ResampleData, Resampled } from "./resampler.js";
import { resamplerNamed, resamplers } from "./resamplers.js";

const fixture = JSON.parse(readFileSync(join(__dirname, "../../fixtures/resampling.json"), "utf8")).weights;

const run = (name: string, data: ResampleData, given = {}, seed = 1, threads = 1): Resampled => {
  const resampler = resamplerNamed(name);
  return resampler.resample(data, resampler.parameters(given), { random: seededRandom(seed), threads });
};

function mixed(rows: number, classes: number): ResampleData {
  const random = seededRandom(rows);
  const y = Int32Array.from({ length: rows }, () => Math.floor(classes * random.next() ** 2));
  const x = matrixOf([...y].map((code) => [random.next() + code * 0.6, random.next(), random.integer(3)]));
  return { x: { ...x, values: Float32Array.from(x.values) }, y, classes };
}
const forAll = (name: string, data: ResampleData): ResampleData =>
  name === "smote-nc" ? { ...data, categorical: [2] } : data;

describe.each(Object.keys(resamplers))("%s", (name) => {
  const data = forAll(name, { ...mixed(400, 3), weights: Float64Array.from({ length: 400 }, (_, row) => 1 + row) });

  it("gives the same on one thread and on two, for the same seed", () => {
    expect(run(name, data, {}, 3, 2)).toEqual(run(name, data, {}, 3, 1));
  });

  it("leaves what it is given as it is", () => {
    const [values, y, weights] = [data.x.values.slice(), data.y.slice(), data.weights!.slice()];
    run(name, data);
    expect([data.x.values, data.y, data.weights]).toEqual([values, y, weights]);
  });

  it("gives kept rows first, in their order, then what was made class by class, and a weight for each", () => {
    const { x, y, weights, kept, made } = run(name, data);
    expect([x.rows, x.values.length]).toEqual([kept.length + made, (kept.length + made) * 3]);
    expect([y.length, weights!.length]).toEqual([x.rows, x.rows]);
    expect(x.values).toBeInstanceOf(Float32Array);
    kept.forEach((row, at) => {
      expect(y[at]).toBe(data.y[row]);
      expect(x.values[at * 3]).toBe(data.x.values[row * 3]);
      if (name !== "class-weight") expect(weights![at]).toBe(data.weights![row]);
    });
    const madeCodes = [...y.subarray(kept.length)];
    expect(madeCodes).toEqual([...madeCodes].sort((a, b) => a - b));
    expect([...weights!].every((weight) => weight > 0)).toBe(true);
  });

  it("works where a class of the target has no rows", () => {
    const { y } = run(name, { ...data, classes: 5 });
    expect(new Set(y)).toEqual(new Set([0, 1, 2]));
  });

  it("refuses unknown and wrong parameters by name", () => {
    const { parameters, defaults } = resamplerNamed(name);
    expect(parameters({})).toEqual(defaults);
    expect(() => parameters({ speed: 3 })).toThrow(`${name} has no parameter speed.`);
    for (const key of Object.keys(defaults))
      expect(() => parameters({ [key]: -1 })).toThrow(`${name}.${key}: -1 is not`);
  });

  if (name === "none") return;
  it("refuses rows it can do nothing with", () => {
    const with_ = (changed: Partial<ResampleData>) => () => run(name, { ...data, ...changed });
    expect(with_({ y: new Int32Array(400) })).toThrow("the rows have fewer than two classes.");
    expect(with_({ y: new Int32Array(3) })).toThrow("400 rows have 3 labels.");
    expect(with_({ y: new Int32Array(400).fill(9) })).toThrow("the label 9 of row 0 is not one of the 3 classes.");
    expect(with_({ weights: new Float64Array(3) })).toThrow("400 rows have 3 weights.");
  });
});

const measuring = ["smote", "smote-nc", "smote-tomek", "smote-enn", "tomek-links", "edited-nearest-neighbours"];
describe.each(measuring)("%s", (name) => {
  const data = forAll(name, mixed(60, 2));
  const withValue = (value: number): Matrix => {
    const values = data.x.values.slice();
    values[7 * 3 + 1] = value;
    return { ...data.x, values };
  };

  it.each([
    [NaN, "missing"],
    [Infinity, "Infinity"],
  ])("refuses %d in a column of numbers, with the place", (value, shown) => {
    expect(() => run(name, { ...data, x: withValue(value) })).toThrow(
      `row 7: the value in column 1 is ${shown}, so the row has no neighbours.`,
    );
  });

  if (name === "smote-nc") return;
  it("refuses columns of categories, and names what takes them", () => {
    expect(() => run(name, { ...data, categorical: [2] })).toThrow(
      `${name} measures distances, and column 2 is one of categories. Encode them as numbers before (one-hot), or use smote-nc.`,
    );
  });
});

describe.each(["smote", "smote-nc", "smote-tomek", "smote-enn"])("%s", (name) => {
  const y = (minority: number) => Int32Array.from({ length: 40 }, (_, row) => (row < minority ? 1 : 0));
  const data = forAll(name, mixed(40, 2));

  it("refuses more neighbours than a class has, and a class of one row", () => {
    expect(() => run(name, { ...data, y: y(5) })).toThrow(
      `class 1 has 5 rows, so none of them has 5 neighbours in its class. Set ${name}.neighbours to 4 or less.`,
    );
    expect(() => run(name, { ...data, y: y(1) })).toThrow("class 1 has one row, which has no neighbours. Use over");
    expect(run(name, { ...data, y: y(5) }, { neighbours: 4 }).made).toBeGreaterThan(0);
  });

  it("stops when it is cancelled", () => {
    const resampler = resamplerNamed(name);
    const context = { random: seededRandom(1), signal: { aborted: true } };
    expect(() => resampler.resample({ ...data, y: y(12) }, resampler.defaults, context)).toThrow(
      expect.objectContaining({ code: "LEARNING_CANCELLED" }),
    );
  });

  it("makes other rows from another seed", () => {
    const given = { ...data, y: y(12) };
    expect(run(name, given, {}, 1)).not.toEqual(run(name, given, {}, 2));
  });
});

describe("smote-nc", () => {
  const data = mixed(40, 2);
  it.each([
    [[], "RESAMPLE_NO_CATEGORICAL", "smote-nc was given no columns of categories. Use smote"],
    [[0, 1, 2], "RESAMPLE_ALL_CATEGORICAL", "all columns are of categories"],
    [[3], "RESAMPLE_CATEGORICAL_UNKNOWN", "there is no column 3 in a matrix of 3 columns"],
  ])("refuses the columns %j", (categorical, code, message) => {
    const work = () => run("smote-nc", { ...data, categorical });
    expect(work).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });
});

describe("class-weight", () => {
  const y = Int32Array.from(fixture.y as number[]);
  const x = matrixOf(fixture.y.map(() => [NaN]));

  it("is scikit-learn's balanced, with and without weights of the rows", () => {
    const expectClose = (found: Float64Array, expected: number[]) =>
      found.forEach((weight, code) => expect(weight).toBeCloseTo(expected[code]!, 6));
    expectClose(balancedWeights({ x, y, classes: 3 }), fixture.balanced);
    const weights = Float64Array.from(fixture.sample as number[]);
    expectClose(balancedWeights({ x, y, classes: 3, weights }), fixture.balanced_weighted);
    const result = run("class-weight", { x, y, classes: 3, weights });
    expect(result.weights![50]).toBeCloseTo(fixture.balanced_weighted[1] * fixture.sample[50], 6);
    expect([result.made, result.x]).toEqual([0, x]);
  });

  it("takes a weight for each class, and as many as there are classes", () => {
    const { weights } = run("class-weight", { x, y, classes: 3 }, { weights: [1, 5, 2] });
    expect(new Set(weights)).toEqual(new Set([1, 5, 2]));
    expect(() => run("class-weight", { x, y, classes: 3 }, { weights: [1, 5] })).toThrow(
      "class-weight.weights has 2 numbers for 3 classes.",
    );
  });
});

it("a task that would take too much memory is refused before it starts", () => {
  const rows = 3_000_000;
  const y = new Int32Array(rows).fill(1, 0, 20);
  const x = { rows, columns: 400, values: new Float32Array(0) };
  expect(() => run("over", { x, y, classes: 2 })).toThrow(expect.objectContaining({ code: "TASK_TOO_LARGE" }));
});

it("a resampler that is not known is refused with those that are", () => {
  expect(() => resamplerNamed("adasyn")).toThrow(
    'there is no resampler named "adasyn". The resamplers are none, smote, smote-nc, smote-tomek, smote-enn, tomek-links, ' +
      "edited-nearest-neighbours, under, over, class-weight.",
  );
  expect(() => resamplerNamed("toString")).toThrow("there is no resampler named");
});
