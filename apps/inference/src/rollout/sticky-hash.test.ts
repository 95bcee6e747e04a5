import { assert as check, integer, property, string, uniqueArray } from "fast-check";
import type { ServedModel } from "../served-model.js";
import { keyOf, sideOf, type Lane } from "./lane.js";
import { placeOf } from "./sticky-hash.js";

const KEYS = 4000;
const keys = (prefix: string) => Array.from({ length: KEYS }, (_, index) => `${prefix}${index}`);
const shareBelow = (salt: string, percent: number, all: readonly string[]) =>
  all.filter((key) => placeOf(salt, key) < percent).length / all.length;

/** Six standard deviations of a fair draw: one false alarm in five hundred million. */
const slack = (share: number, count: number) => 6 * Math.sqrt((share * (1 - share)) / count);

describe("the place of a key", () => {
  it("gives every percentage its share of the keys, whatever they look like", () => {
    check(
      property(string(), string(), integer({ min: 1, max: 99 }), (salt, prefix, percent) => {
        const share = percent / 100;
        expect(Math.abs(shareBelow(salt, percent, keys(prefix)) - share)).toBeLessThan(slack(share, KEYS));
      }),
      { numRuns: 50 },
    );
  });

  it("is always the same, from 0 up to but not 100", () => {
    check(
      property(string(), string(), (salt, key) => {
        const place = placeOf(salt, key);
        expect(place).toBeGreaterThanOrEqual(0);
        expect(place).toBeLessThan(100);
        expect(placeOf(salt, key)).toBe(place);
      }),
    );
  });

  it("keeps the side of every caller while the share grows", () => {
    check(
      property(string(), string(), integer({ min: 0, max: 100 }), integer({ min: 0, max: 100 }), (salt, key, a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        if (placeOf(salt, key) < less) expect(placeOf(salt, key)).toBeLessThan(more);
      }),
    );
  });

  it("says of one model nothing about another: who is among the first here is there as often as anybody", () => {
    const twoModels = uniqueArray(string({ minLength: 1 }), { minLength: 2, maxLength: 2 });
    check(
      property(twoModels, string(), integer({ min: 20, max: 80 }), ([one, other], prefix, percent) => {
        const share = percent / 100;
        const first = keys(prefix).filter((key) => placeOf(`${one}@1`, key) < percent);
        expect(Math.abs(shareBelow(`${other}@1`, percent, first) - share)).toBeLessThan(slack(share, first.length));
      }),
      { numRuns: 50 },
    );
  });
});

describe("the side of a request", () => {
  const served = (version: number, role: ServedModel["role"]) => ({ name: "m", version, role }) as ServedModel;
  const lane = (percent: number) =>
    ({
      record: { model: "m", rollout: { percent } },
      ...{ champion: served(1, "champion"), challenger: served(2, "challenger") },
    }) as unknown as Lane;
  const versionAt = (percent: number, key: string) => sideOf(lane(percent), { key }).version;

  it("never goes back to the champion while the share grows", () => {
    check(
      property(string(), (key) => {
        const versions = [0, 1, 10, 50, 100].map((percent) => versionAt(percent, key));
        expect(versions).toEqual([...versions].sort());
        expect(versions.at(0)).toBe(1);
        expect(versions.at(-1)).toBe(2);
      }),
    );
  });

  it("goes by the request's key, without one by the caller, without both by the features", () => {
    expect(keyOf({ key: "k", caller: "c", features: [1] })).toBe("k");
    expect(keyOf({ caller: "c", features: [1] })).toBe("c");
    expect(keyOf({ features: [1, "a"] })).toBe('[1,"a"]');
    expect(keyOf({ caller: "anonymous", features: [1, "a"] })).toBe('[1,"a"]');
  });
});
