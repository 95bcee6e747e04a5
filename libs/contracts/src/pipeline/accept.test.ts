import { accept, latencyMilliseconds, sizeBytes } from "./accept.js";

const codesOf = (settings: object) => accept.safeParse(settings).error?.issues.map(({ path }) => path.join("."));

describe("what a model has to meet", () => {
  it("is nothing but sense where nothing is said", () => {
    expect(accept.parse(undefined)).toEqual({
      ...{ at_least: {}, better_by: {}, significant: true, confidence: 0.95, looks: 20 },
    });
  });

  it("has a short and a long form of groups and of fairness", () => {
    expect(accept.parse({ slices: ["Gender"] }).slices).toEqual(["Gender"]);
    expect(accept.parse({ slices: { columns: ["Gender"] } }).slices).toEqual({ columns: ["Gender"], min_rows: 50 });
    const bound = { column: "Gender", at_most: 0.1 };
    const whole = { ...bound, metric: "selection_rate", min_rows: 50 };
    expect(accept.parse({ fairness: bound }).fairness).toEqual(whole);
    expect(accept.parse({ fairness: [bound] }).fairness).toEqual([whole]);
  });

  it("is read again as it was written down", () => {
    const once = accept.parse({ slices: { columns: ["a"] }, fairness: { column: "a", at_most: 0 }, latency: "5ms" });
    expect(accept.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it("refuses what can't be met or measured", () => {
    expect(codesOf({ confidence: 1 })).toEqual(["confidence"]);
    expect(codesOf({ latency: "5" })).toEqual(["latency"]);
    expect(codesOf({ size: "50" })).toEqual(["size"]);
    expect(codesOf({ looks: 0 })).toEqual(["looks"]);
    expect(codesOf({ at_least: { speed: 1 } })).toEqual(["at_least"]);
  });
});

describe("budgets", () => {
  it.each([
    ["500us", 0.5],
    ["0.5ms", 0.5],
    ["5ms", 5],
    ["1s", 1000],
  ])("of time are milliseconds: %s", (text, milliseconds) => expect(latencyMilliseconds(text)).toBe(milliseconds));

  it.each([
    ["500kB", 500_000],
    ["50MB", 50_000_000],
    ["1.5GiB", 1_610_612_736],
  ])("of size are bytes: %s", (text, bytes) => expect(sizeBytes(text)).toBe(bytes));
});
