import fc from "fast-check";
import { otherRows, seededRandom, splitRows, stratifiedFolds, takeRows } from "../index.js";

const codes = fc
  .tuple(fc.integer({ min: 2, max: 4 }), fc.array(fc.nat(), { maxLength: 150 }))
  .map(([classes, extra]) =>
    Int32Array.from([...Array(classes).keys(), ...Array(classes).keys(), ...extra.map((n) => n % classes)]),
  );
const all = (n: number) => Array.from({ length: n }, (_, row) => row);
const countsOf = (codes: Int32Array, rows: Int32Array) =>
  all(4).map((code) => rows.filter((row) => codes[row] === code).length);

describe("splitRows", () => {
  it("puts every row on one side once, and the share of test rows is rounded up", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 300 }),
        fc.double({ min: 0.01, max: 0.6, noNaN: true }),
        fc.integer(),
        (rows, test, seed) => {
          fc.pre(Math.ceil(test * rows) < rows);
          const split = splitRows({ rows, test, seed });
          expect([...split.train, ...split.test].sort((a, b) => a - b)).toEqual(all(rows));
          expect(split.test.length).toBe(Math.ceil(test * rows));
        },
      ),
    );
  });

  it("keeps the share of each class to the nearest row when stratified", () => {
    fc.assert(
      fc.property(codes, fc.double({ min: 0.1, max: 0.6, noNaN: true }), fc.integer(), (stratify, test, seed) => {
        const split = splitRows({ rows: stratify.length, test, stratify, seed });
        expect([...split.train, ...split.test].sort((a, b) => a - b)).toEqual(all(stratify.length));
        const whole = countsOf(stratify, Int32Array.from(all(stratify.length)));
        const share = split.test.length / stratify.length;
        countsOf(stratify, split.test).forEach((count, code) =>
          expect(Math.abs(count - whole[code]! * share)).toBeLessThan(1),
        );
      }),
    );
  });

  it("gives the same split for the same seed and another one for another", () => {
    const split = (seed: number) => splitRows({ rows: 100, test: 0.2, seed }).test;
    expect(split(1)).toEqual(split(1));
    expect(split(1)).not.toEqual(split(2));
  });

  it("refuses what cannot be split, and says why", () => {
    expect(() => splitRows({ rows: 1, test: 0.5, seed: 1 })).toThrow("1 rows cannot be split");
    expect(() => splitRows({ rows: 10, test: 1.2, seed: 1 })).toThrow("test share of 1.2");
    expect(() => splitRows({ rows: 3, test: 0.4, stratify: Int32Array.of(0, 0, 1), seed: 1 })).toThrow(
      "class 1 has one row (row 3)",
    );
  });
});

describe("stratifiedFolds", () => {
  it("puts every row in one fold, and each class evenly over the folds", () => {
    fc.assert(
      fc.property(codes, fc.integer({ min: 2, max: 4 }), fc.integer(), (codes, folds, seed) => {
        const dealt = stratifiedFolds({ codes, folds, seed });
        expect(dealt.flatMap((fold) => [...fold]).sort((a, b) => a - b)).toEqual(all(codes.length));
        for (const code of all(4)) {
          const counts = dealt.map((fold) => countsOf(codes, fold)[code]!);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it("refuses more folds than rows", () => {
    expect(() => stratifiedFolds({ codes: Int32Array.of(0, 0, 1, 1), folds: 5, seed: 1 })).toThrow(
      "4 rows cannot be dealt into 5 folds",
    );
  });
});

it("otherRows gives the rows that are not named", () => {
  expect(otherRows(5, Int32Array.of(1, 3))).toEqual(Int32Array.of(0, 2, 4));
});

it("takeRows keeps only the texts that are left, so equal data have equal columns", () => {
  const table = {
    rows: 4,
    columns: [
      { name: "t", kind: "text" as const, codes: Int32Array.of(2, 0, -1, 1), dictionary: ["a", "b", "c"] },
      { name: "n", kind: "number" as const, values: Float64Array.of(1, 2, NaN, 4) },
    ],
  };
  expect(takeRows(table, [0, 2, 3])).toEqual({
    rows: 3,
    columns: [
      { name: "t", kind: "text", codes: Int32Array.of(1, -1, 0), dictionary: ["b", "c"] },
      { name: "n", kind: "number", values: Float64Array.of(1, NaN, 4) },
    ],
  });
});

describe("seededRandom", () => {
  const draw = (seed: number, label?: string) => {
    const random = label ? seededRandom(seed).fork(label) : seededRandom(seed);
    return Array.from({ length: 5 }, () => random.next());
  };

  it("repeats itself for a seed, and differs between seeds and labels", () => {
    expect(draw(7)).toEqual(draw(7));
    const different = [draw(7), draw(8), draw(-7), draw(7.5), draw(7, "a"), draw(7, "b")].map(String);
    expect(new Set(different).size).toBe(6);
  });

  it("forks by seed and label, not by what was drawn before", () => {
    const random = seededRandom(1);
    const before = random.fork("a").next();
    random.next();
    expect(random.fork("a").next()).toBe(before);
  });

  it("is even: the mean of many numbers is one half and each integer comes as often", () => {
    const random = seededRandom(3);
    const counts = new Array<number>(6).fill(0);
    for (let draw = 0; draw < 60_000; draw++) counts[random.integer(6)]! += 1;
    counts.forEach((count) => expect(Math.abs(count - 10_000)).toBeLessThan(400));
  });
});
