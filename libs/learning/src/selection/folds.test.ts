import fc from "fast-check";
import { plainFolds, repeatedFolds, splitsOf, stratifiedFolds } from "./folds.js";
import { groupFolds, splitByGroup } from "./group-folds.js";
import { splitRows } from "./split-rows.js";
import { splitByTime, timeFolds } from "./time-folds.js";

const all = (n: number) => Array.from({ length: n }, (_, row) => row);
const ascending = (rows: Iterable<number>) => [...rows].sort((a, b) => a - b);
const groupsOf = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 20, maxLength: 120 });

describe("plainFolds", () => {
  it("puts every row in one fold, in folds of one size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 200 }), fc.integer({ min: 2, max: 5 }), fc.nat(), (rows, folds, seed) => {
        const dealt = plainFolds({ rows, folds, seed });
        expect(ascending(dealt.flatMap((fold) => [...fold]))).toEqual(all(rows));
        const sizes = dealt.map((fold) => fold.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(dealt).toEqual(plainFolds({ rows, folds, seed }));
      }),
    );
  });
});

describe("repeatedFolds", () => {
  it("deals anew each time, and the same for the same seed", () => {
    const deal = () => repeatedFolds({ repeats: 3, seed: 4 }, (seed) => plainFolds({ rows: 30, folds: 5, seed }));
    expect(deal()).toHaveLength(15);
    expect(deal()).toEqual(deal());
    expect(deal().slice(0, 5)).not.toEqual(deal().slice(5, 10));
    expect(splitsOf(deal(), 30)[7]!.train).toHaveLength(24);
  });
});

describe("groupFolds", () => {
  it("never parts a group, and puts every row in one fold", () => {
    fc.assert(
      fc.property(groupsOf, fc.integer({ min: 2, max: 3 }), fc.nat(), (groups, folds, seed) => {
        fc.pre(new Set(groups).size >= folds);
        const dealt = groupFolds({ groups, folds, seed });
        expect(ascending(dealt.flatMap((fold) => [...fold]))).toEqual(all(groups.length));
        const foldOf = new Map<number, number>();
        dealt.forEach((rows, fold) => {
          for (const row of rows) {
            expect(foldOf.get(groups[row]!) ?? fold).toBe(fold);
            foldOf.set(groups[row]!, fold);
          }
        });
        // No fold is larger than the smallest by more than the largest group.
        const sizes = dealt.map((rows) => rows.length);
        const largest = Math.max(...all(13).map((group) => groups.filter((other) => other === group).length));
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(largest);
      }),
    );
  });

  it("spreads the classes evenly where it is told them", () => {
    const groups = all(400).map((row) => Math.floor(row / 4));
    const codes = Int32Array.from(groups, (group) => (group % 10 === 0 ? 1 : 0));
    const shares = groupFolds({ groups, folds: 5, seed: 1, codes }).map(
      (rows) => rows.filter((row) => codes[row] === 1).length / rows.length,
    );
    for (const share of shares) expect(share).toBeCloseTo(0.1, 6);
  });

  it("takes a row of no group as a group of its own", () => {
    const dealt = groupFolds({ groups: [null, undefined, -1, NaN, "a", "a"], folds: 3, seed: 1 });
    expect(dealt.map((rows) => rows.length)).toEqual([2, 2, 2]);
  });

  it("refuses more folds than groups", () => {
    expect(() => groupFolds({ groups: ["a", "a", "b"], folds: 3, seed: 1 })).toThrow(
      "2 groups cannot be dealt into 3 folds",
    );
  });
});

describe("splitByGroup", () => {
  it("keeps each group on one side, and both sides filled", () => {
    fc.assert(
      fc.property(groupsOf, fc.nat(), (groups, seed) => {
        fc.pre(new Set(groups).size >= 2);
        const { train, test } = splitByGroup({ groups, test: 0.3, seed });
        expect(ascending([...train, ...test])).toEqual(all(groups.length));
        expect(train.length * test.length).toBeGreaterThan(0);
        const sides = (rows: Int32Array) => new Set([...rows].map((row) => groups[row]));
        for (const group of sides(test)) expect(sides(train).has(group)).toBe(false);
      }),
    );
  });

  it("meets the share to the nearest group", () => {
    const groups = all(1000).map((row) => row % 100);
    expect(splitByGroup({ groups, test: 0.2, seed: 3 }).test).toHaveLength(200);
  });
});

describe("timeFolds", () => {
  const times = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 30, maxLength: 120 });

  it("learns only from what is before, by more than the gap, from a window that grows", () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 3 }), (times, gap) => {
        fc.pre(new Set(times).size > 40);
        const folds = timeFolds({ times, folds: 3, gap });
        folds.forEach(({ train, test }, fold) => {
          const last = Math.max(...[...train].map((row) => times[row]!));
          const first = Math.min(...[...test].map((row) => times[row]!));
          expect(last).toBeLessThan(first - (gap === 0 ? 0 : gap));
          expect(train.length).toBeGreaterThan(folds[fold - 1]?.train.length ?? 0);
        });
        const tested = folds.flatMap(({ test }) => [...test]);
        expect(new Set(tested).size).toBe(tested.length);
      }),
      { numRuns: 50 },
    );
  });

  it("cuts rows in any order into equal parts", () => {
    const folds = timeFolds({ times: [5, 3, 1, 4, 2, 0, 7, 6], folds: 3 });
    expect(folds.map(({ train }) => [...train])).toEqual([
      [2, 5],
      [1, 2, 4, 5],
      [0, 1, 2, 3, 4, 5],
    ]);
    expect(folds.map(({ test }) => [...test])).toEqual([
      [1, 4],
      [0, 3],
      [6, 7],
    ]);
  });

  it("refuses a time that is missing, and times that can't be cut", () => {
    expect(() => timeFolds({ times: [1, NaN, 3], folds: 2 })).toThrow("row 2 has no time");
    expect(() => timeFolds({ times: [1, 1, 1, 1], folds: 2 })).toThrow("cannot be cut into 2 folds");
    expect(() => timeFolds({ times: [1, 2, 3, 4], folds: 3, gap: 5 })).toThrow("with a gap of 5");
  });

  it("splits off the latest rows", () => {
    const { train, test } = splitByTime({ times: [5, 3, 1, 4, 2], test: 0.4, gap: 1 });
    expect([...test]).toEqual([0, 3]);
    expect([...train]).toEqual([2, 4]);
  });
});

it("a class that is too small is called by its name", () => {
  const codes = Int32Array.of(0, 0, 0, 1);
  const classes = ["healthy", "ill"];
  expect(() => stratifiedFolds({ codes, classes, folds: 2, seed: 1 })).toThrow('class "ill" has one row (row 4)');
  expect(() => splitRows({ rows: 4, test: 0.5, stratify: codes, classes, seed: 1 })).toThrow('class "ill" has one row');
});
