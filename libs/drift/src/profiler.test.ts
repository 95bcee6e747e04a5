import fc from "fast-check";
import {
  batches,
  generator,
  many,
  mixedTable,
  normal,
  numbers,
  numberShapes,
  tableOf,
  texts,
} from "./generated-for-test.js";
import { openProfiler, profileTable } from "./profiler.js";
import type { NumberProfile, TextProfile } from "./profile.js";
import { quantile, shareBelow, shareOf, standardDeviation } from "./read-profile.js";

const profileOf = (values: Iterable<number>): NumberProfile =>
  profileTable(tableOf(numbers("x", values))).columns[0] as NumberProfile;
const profileTexts = (values: readonly (string | undefined)[]): TextProfile =>
  profileTable(tableOf(texts("x", values))).columns[0] as TextProfile;

describe("a profile of numbers", () => {
  it("counts what is missing, infinite, zero and whole", () => {
    const profile = profileOf([NaN, Infinity, -Infinity, 0, -0, 1, 2.5, -3, NaN]);
    expect(profile).toMatchObject({ rows: 9, missing: 2, infinite: 2, zeros: 2, whole: 4, distinct: 6 });
    expect(profile).toMatchObject({ min: -3, max: 2.5, mean: 0.1 });
    expect(standardDeviation(profile)).toBeCloseTo(2.01246, 5);
  });

  it("has no least, largest or mean value where there is none", () => {
    const profile = profileOf([NaN, NaN]);
    expect(profile).toMatchObject({ rows: 2, missing: 2, distinct: 0 });
    expect(profile.min ?? profile.max ?? profile.mean ?? quantile(profile, 0.5)).toBeUndefined();
    expect(shareBelow(profile, 1)).toBe(0);
  });

  it("is plain JSON, also of the largest and smallest numbers", () => {
    const profile = profileOf([1e308, -1e308, 1.7e308, 5e-324, -0, 1e308]);
    expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
    expect(profile.mean).toBeCloseTo(0.45e308, -307);
    expect(quantile(profile, 0.5)).toBe(5e-324);
  });

  it("keeps up to 256 different values exactly", () => {
    const random = generator(1);
    const values = many(30_000, () => Math.floor(random() * 256) - 100);
    const sorted = [...values].sort((a, b) => a - b);
    const profile = profileOf(values);
    for (const share of [0.01, 0.2, 0.5, 0.77, 0.99]) expect(quantile(profile, share)).toBe(sorted[share * 30_000 - 1]);
    expect(shareBelow(profile, 0)).toBe(sorted.indexOf(0) / 30_000);
  });

  it.each([...numberShapes.keys()])("has quantiles within 1/128 of the rows where numbers are %s", (shape) => {
    const random = generator(7);
    const values = many(20_000, () => numberShapes.get(shape)!(random));
    expectRanks(profileOf(values), values, 1 / 128);
  });

  it("has quantiles within 1/128 of the rows, whatever few numbers there are", () => {
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -5, max: 5 }));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 600 }), (values) => {
        expectRanks(profileOf(values), values, 1 / 128);
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it("has good quantiles of numbers that come sorted, and of a narrow stretch far from zero", () => {
    const random = generator(5);
    const dates = many(50_000, (row) => 1.7e12 + row * 60_000);
    expectRanks(profileOf(dates), dates, 1 / 100);
    const narrow = many(50_000, () => 1e9 + normal(random));
    expectRanks(profileOf(narrow), narrow, 1 / 100);
  });

  it("finds numbers that are no binary fractions where they come often", () => {
    const random = generator(2);
    const profile = profileOf(many(10_000, () => (1 + Math.floor(5 * random())) / 10));
    expect([0.1, 0.3, 0.5, 0.7, 0.9].map((share) => quantile(profile, share))).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  });

  it("counts different values: exactly if none comes twice, else within a tenth", () => {
    const random = generator(9);
    expect(profileOf(many(40_000, (row) => row * 1.5)).distinct).toBe(40_000);
    const values = many(40_000, () => Math.floor(random() * random() * 8000));
    const different = new Set(values).size;
    expect(Math.abs(profileOf(values).distinct / different - 1)).toBeLessThan(0.1);
  });
});

/** No value has fewer rows below it, or more up to it, than its share says, but for so many. */
function expectRanks(profile: NumberProfile, values: readonly number[], error: number): void {
  const finite = values.filter(Number.isFinite).sort((a, b) => a - b);
  for (let share = 0.02; share < 1; share += 0.02) {
    const value = quantile(profile, share)!;
    const below = finite.findIndex((each) => each >= value);
    const upTo = finite.findIndex((each) => each > value);
    expect((below < 0 ? finite.length : below) / finite.length).toBeLessThanOrEqual(share + error);
    expect((upTo < 0 ? finite.length : upTo) / finite.length).toBeGreaterThanOrEqual(share - error);
  }
}

describe("a profile of texts", () => {
  it("counts texts, lengths and shapes, the most frequent first", () => {
    const profile = profileTexts(["NY-12", "CA-1", undefined, "CA-1", "Zürich 8", "", "NY-12", "NY-12"]);
    expect(profile).toMatchObject({ rows: 8, missing: 1, distinct: 4, others: 0, length: { min: 0, max: 8 } });
    expect(profile.top[0]).toEqual(["NY-12", 3]);
    expect(profile.length!.mean).toBeCloseTo(31 / 7);
    expect(profile.shapes.map(([shape]) => shape)).toEqual(["AA-99", "AA-9", "", "Aaaaaa 9"]);
    expect([shareOf(profile, "CA-1"), shareOf(profile, "XX")]).toEqual([2 / 7, 0]);
  });

  it("stays small with many and long texts, and keeps the frequent ones", () => {
    const random = generator(4);
    const long = "x".repeat(100_000);
    const profile = profileTexts(
      many(60_000, (row) => (row % 50 === 0 ? long : `t${Math.floor(random() ** 8 * 1e7)}`)),
    );
    expect(JSON.stringify(profile).length).toBeLessThan(20_000);
    expect(profile.top[0]![1]).toBeGreaterThanOrEqual(1200);
    expect(profile.top.some(([text, count]) => text.includes("100000 characters") && count === 1200)).toBe(true);
    expect(profile.top.reduce((sum, [, count]) => sum + count, profile.others)).toBe(60_000);
    expect(shareOf(profile, "never there")).toBeUndefined();
  });

  it("counts different texts exactly if none comes twice", () => {
    expect(profileTexts(many(20_000, (row) => `id-${row}`)).distinct).toBe(20_000);
  });
});

describe("a profiler", () => {
  const table = mixedTable(12_000, generator(11));

  it("says the same twice, to the byte", () => {
    expect(JSON.stringify(profileTable(table))).toBe(JSON.stringify(profileTable(table)));
  });

  it("takes up to some 10 kB a column", () => {
    for (const column of profileTable(table).columns) expect(JSON.stringify(column).length).toBeLessThan(13_000);
  });

  it("says nearly the same of the same rows in batches of any size and order, with dictionaries of their own", () => {
    const whole = profileTable(table);
    for (const parts of [batches(table, 1000), batches(table, 3210).reverse()]) {
      const profiler = openProfiler();
      parts.forEach((batch) => profiler.add(batch));
      profiler
        .profile()
        .columns.forEach((column, at) => expectSame(column as NumberProfile, whole.columns[at] as NumberProfile));
    }
  });

  function expectSame(found: NumberProfile, wanted: NumberProfile): void {
    const { rows, missing, distinct } = wanted;
    expect(found).toMatchObject({ rows, missing, distinct });
    if (found.kind !== "number") return;
    expect(Math.abs(found.mean! - wanted.mean!)).toBeLessThanOrEqual(1e-9 * Math.abs(wanted.mean!) + 1e-9);
    for (const share of [0.1, 0.5, 0.9])
      expect(shareBelow(found, quantile(wanted, share)!)).toBeCloseTo(
        shareBelow(wanted, quantile(wanted, share)!),
        1.8,
      );
  }

  it("looks only at the columns that it is told of", () => {
    const profiler = openProfiler([{ name: "count", kind: "number" }]);
    profiler.add(table);
    expect(profiler.profile().columns.map(({ name }) => name)).toEqual(["count"]);
  });

  it("refuses a column that turns from numbers into texts", () => {
    const profiler = openProfiler();
    profiler.add(tableOf(numbers("x", [1])));
    expect(() => profiler.add(tableOf(texts("x", ["a"])))).toThrow('The column "x" has texts where it had numbers.');
  });

  it("profiles a dataset without rows", () => {
    expect(profileTable(tableOf(numbers("x", []), texts("y", [])))).toMatchObject({
      rows: 0,
      columns: [{ rows: 0 }, { rows: 0 }],
    });
  });
});
