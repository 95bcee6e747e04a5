import { dateMilliseconds, withDates } from "./date-inputs.js";
import type { FeatureDescription } from "./describe-features.js";
import type { PreprocessorState } from "./preprocessor-state.js";
import { openRowReading } from "./readable-row.js";

const inputs = [
  { name: "when", kind: "number", missing: "taken" },
  { name: "born", kind: "number", missing: "taken" },
  { name: "user.age", kind: "number", missing: "taken" },
  { name: "user.geo.land", kind: "text", missing: "taken" },
  { name: "tags", kind: "text", missing: "taken" },
] as const;
const described = (name: string, kind: "number" | "text", more: Partial<FeatureDescription> = {}) => ({
  ...{ name, kind, example: null, ...more },
});
const state = {
  ...{ format: "millrace-preprocessor/2", inputs, neighbours: [], chains: [], outputs: [] },
  derived: [{ name: "born.year", kind: "number", expression: "year(born)" }],
} as PreprocessorState;
const features = withDates(state, [
  described("when", "number", { min: 1.6e12, max: 1.8e12, example: 1.7e12 }),
  described("born", "number", { min: -1e12, max: 1e12, example: 0 }),
  described("user.age", "number", { min: 18, max: 90, example: 40 }),
  described("user.geo.land", "text"),
  described("tags", "text"),
]);
const readRow = openRowReading(inputs, features);

describe("a row as data files have it", () => {
  it("knows the dates among the numbers by what is made of them, and by their size", () => {
    expect(features.map(({ date }) => date === true)).toEqual([true, true, false, false, false]);
  });

  it.each([
    ["2024-03-01", Date.UTC(2024, 2, 1)],
    ["2024-03-01 12:30", Date.UTC(2024, 2, 1, 12, 30)],
    ["2024-03-01T12:30:05.250", Date.UTC(2024, 2, 1, 12, 30, 5, 250)],
    ["2024-03-01T12:00:00Z", Date.UTC(2024, 2, 1, 12)],
    ["2024-03-01T12:00:00+02:00", Date.UTC(2024, 2, 1, 10)],
    ["2024-02-30", NaN],
    ["01.03.2024", NaN],
    ["2024", NaN],
  ])("reads %s as the reading of data does", (text, milliseconds) => {
    expect(dateMilliseconds(text)).toBe(milliseconds);
  });

  it("becomes the row that the model reads: dates, nested objects by their path, lists as JSON", () => {
    const nested = { when: "2024-03-01", born: null, user: { age: 30, geo: { land: "CH" } }, tags: ["a", 1] };
    const flat = {
      ...{ when: Date.UTC(2024, 2, 1), born: null, "user.age": 30, "user.geo.land": "CH", tags: '["a",1]' },
    };
    expect(readRow(nested)).toEqual(flat);
    expect(readRow(["2024-03-01", null, 30, "CH", ["a", 1]])).toEqual(Object.values(flat));
  });

  it("has what an object lacks as missing", () => {
    expect(readRow({ when: 1, born: 2, user: { geo: null }, tags: null })).toEqual({
      ...{ when: 1, born: 2, "user.age": null, "user.geo.land": null, tags: null },
    });
  });

  it("is none where nothing is to be made of it, or the same value stands in it twice", () => {
    const plain = { when: 1, born: 2, "user.age": 3, "user.geo.land": "CH", tags: "a" };
    expect(readRow(plain)).toBeUndefined();
    expect(readRow(Object.values(plain))).toBeUndefined();
    expect(readRow({ ...plain, user: { age: 4 } })).toBeUndefined();
    expect(readRow({ ...plain, "user.age": "2024-03-01" })).toBeUndefined();
    expect(readRow([1, 2])).toBeUndefined();
    expect(readRow(null)).toBeUndefined();
  });
});
