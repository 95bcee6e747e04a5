import type { Probe } from "@millrace/contracts";
import { openModel, type LoadedModel } from "@millrace/learning";
import { checkPackage } from "./check-package.js";
import { measureLatency } from "./measure-serving.js";
import { modelWith, tableOf } from "./models-for-test.js";
import { differenceFrom, askedAsTable } from "./probe-rows.js";
import { someRows } from "./some-rows.js";

const rows = tableOf([-2, NaN, 3], ["left", "left", "right"]);

describe("a package", () => {
  it("is usable when it answers rows one by one as it does the table, and then its answers are kept", async () => {
    const bytes = modelWith(0);
    const full = tableOf([-2, 1, 3], ["left", "left", "right"]);
    const check = await checkPackage({ kind: "check", bytes, rows: full });
    expect(check).toMatchObject({ probe: { inputs: ["x"], classes: ["left", "right"], rows: [[-2], [1], [3]] } });
    const { probabilities } = openModel(bytes).predictRow([3]);
    expect((check as { probe: Probe }).probe.predictions[2]).toEqual([probabilities.left, probabilities.right]);
  });

  it("is not usable when it can't be read, or can't answer rows that the table had an answer to", async () => {
    const empty = await checkPackage({ kind: "check", bytes: new Uint8Array(), rows });
    expect(empty).toMatchObject({ check: "load", problem: { code: "PACKAGE_CORRUPT" } });
    expect(await checkPackage({ kind: "check", bytes: modelWith(0), rows })).toMatchObject({ check: "query" });
  });
});

describe("a probe", () => {
  const model = openModel(modelWith(0));
  const probe = askedAsTable(model, tableOf([-2, 3], ["left", "right"]));

  it("is met by the model that gave it, also where the columns come in another order", () => {
    expect(differenceFrom(model, probe, "then")).toBeUndefined();
    const byName: LoadedModel = {
      ...model,
      features: [...model.features, { name: "y", kind: "number", example: 1 }],
      predictRow: (row) => model.predictRow([(row as Record<string, unknown>).x]),
    };
    const turned = { ...probe, inputs: ["y", "x"], rows: probe.rows.map(([x]) => [1, x!]) };
    expect(differenceFrom(byName, turned, "then")).toBeUndefined();
  });

  it("is not met by one that is off by more than a millionth, or knows other classes", () => {
    const off = (by: number) => ({ ...probe, predictions: probe.predictions.map(([a, b]) => [a!, b! + by]) });
    expect(differenceFrom(model, off(9e-7), "then")).toBeUndefined();
    expect(differenceFrom(model, off(1.1e-6), "then")).toMatch(/^the probability of right for row 1 of 2 is .* then$/);
    expect(differenceFrom(model, { ...probe, classes: ["left", "centre"] }, "then")).toMatch(/of centre .* is NaN/);
  });
});

describe("the time of one answer", () => {
  it("is that of the fastest round, by its median and its 99th percentile", () => {
    let now = 0;
    let calls = 0;
    // The compiler's round and the first one are slow; in each round every fiftieth call is.
    const slow = () => (calls < 100 ? 5 : calls % 50 === 0 ? 0.4 : 0.01);
    const predictRow = () => ((now += slow()), calls++, { prediction: "", confidence: 1, probabilities: {} });
    const model = { predictRow } as unknown as LoadedModel;
    const probe = { inputs: [], classes: [], rows: [[1]], predictions: [[1]] };
    const { median, p99 } = measureLatency(model, probe, () => now);
    expect([median, p99]).toEqual([expect.closeTo(0.01, 6), expect.closeTo(0.4, 6)]);
  });

  it("is measured for a bounded time, however slow the model is", () => {
    let now = 0;
    let calls = 0;
    const predictRow = () => ((now += 100), calls++, { prediction: "", confidence: 1, probabilities: {} });
    const model = { predictRow } as unknown as LoadedModel;
    measureLatency(model, { inputs: [], classes: [], rows: [[1]], predictions: [[1]] }, () => now);
    expect(calls).toBe(4 * 3);
  });
});

describe("some of the rows", () => {
  it("are spread evenly over all of them", () => {
    const table = tableOf(
      Array.from({ length: 10 }, (_, row) => row),
      Array<string>(10).fill("left"),
    );
    expect(someRows(table, 5).columns[0]).toMatchObject({ values: Float64Array.of(0, 2, 4, 6, 8) });
    expect(someRows(table, 10)).toBe(table);
  });
});
