import { batches, generator, mixedTable, numbers, tableOf, texts } from "./generated-for-test.js";
import { mergeProfiles } from "./merge-profiles.js";
import type { NumberProfile, Profile, TextProfile } from "./profile.js";
import { profileTable } from "./profiler.js";
import { quantile, shareBelow } from "./read-profile.js";

const table = mixedTable(30_000, generator(21));
const parts = batches(table, 5000).map(profileTable);
const whole = profileTable(table);

describe("profiles that are merged", () => {
  it("say of the rows what a profile of all of them says", () => {
    const merged = parts.reduce(mergeProfiles);
    expect(merged.rows).toBe(30_000);
    merged.columns.forEach((column, at) => {
      const { rows, missing, distinct } = whole.columns[at]!;
      expect(column).toMatchObject({ rows, missing });
      expect(Math.abs(column.distinct / distinct - 1)).toBeLessThan(0.1);
      if (column.kind === "number") expectNumbers(column, whole.columns[at] as NumberProfile);
    });
  });

  it("have the texts of both", () => {
    const [merged, wanted] = [parts.reduce(mergeProfiles), whole].map(
      ({ columns }) => columns.find(({ name }) => name === "category") as TextProfile,
    );
    expect(merged).toEqual(wanted);
  });

  it("say nearly the same in whatever order they are merged", () => {
    const one = parts.reduce(mergeProfiles);
    const other = mergeProfiles(parts.slice(3).reduce(mergeProfiles), parts.slice(0, 3).reduceRight(mergeProfiles));
    one.columns.forEach((column, at) => {
      if (column.kind === "number") expectNumbers(other.columns[at] as NumberProfile, column);
    });
  });

  function expectNumbers(found: NumberProfile, wanted: NumberProfile): void {
    const { infinite, zeros, whole: integers, min, max } = wanted;
    expect(found).toMatchObject({ infinite, zeros, whole: integers, min, max });
    expect(Math.abs(found.mean! - wanted.mean!)).toBeLessThanOrEqual(1e-9 * Math.abs(wanted.mean!) + 1e-9);
    expect(Math.abs(found.squares! / wanted.squares! - 1)).toBeLessThan(1e-9);
    for (const share of [0.05, 0.25, 0.5, 0.75, 0.95]) {
      const value = quantile(wanted, share)!;
      expect(Math.abs(shareBelow(found, value) - shareBelow(wanted, value))).toBeLessThan(1 / 64);
    }
  }

  it("stay as small as they were", () => {
    const merged = parts.reduce(mergeProfiles);
    for (const column of merged.columns) expect(JSON.stringify(column).length).toBeLessThan(17_000);
  });

  it("keep the columns that only one has", () => {
    const one = profileTable(tableOf(numbers("a", [1]), numbers("b", [2])));
    const other = profileTable(tableOf(numbers("b", [3]), texts("c", ["x"])));
    const merged = mergeProfiles(one, other);
    expect(merged.columns.map(({ name, rows }) => [name, rows])).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 1],
    ]);
  });

  it("change nothing when one has no rows", () => {
    const nothing: Profile = profileTable(mixedTable(0, generator(1)));
    expect(mergeProfiles(whole, nothing)).toEqual(whole);
    expect(mergeProfiles(nothing, whole)).toEqual(whole);
  });

  it("refuse numbers beside texts, and sketches that nobody knows", () => {
    const one = profileTable(tableOf(numbers("x", [1])));
    expect(() => mergeProfiles(one, profileTable(tableOf(texts("x", ["a"]))))).toThrow(
      "numbers in one profile and texts",
    );
    const foreign: Profile = { ...one, columns: [{ ...one.columns[0]!, sketch: [1, 2] } as NumberProfile] };
    expect(() => mergeProfiles(one, foreign)).toThrow('The profile of the column "x" has no sketch');
  });
});
