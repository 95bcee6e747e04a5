import { pipelineSpec, type Table } from "@millrace/contracts";
import { stratifiedFolds } from "@millrace/learning";
import { rowFoldsOf } from "./folds-of.js";

const rows = 60;
const codes = Int32Array.from({ length: rows }, (_, row) => row % 2);
const labels = { codes, classes: ["no", "yes"] };
const customer = Int32Array.from({ length: rows }, (_, row) => Math.floor(row / 4));
const dictionary = Array.from({ length: rows }, (_, day) => `2026-01-01T00:${String(day).padStart(2, "0")}`);
const table: Table = {
  rows,
  columns: [
    { name: "customer", kind: "number", values: Float64Array.from(customer) },
    { name: "at", kind: "number", values: Float64Array.from({ length: rows }, (_, row) => (row * 7) % rows) },
    { name: "when", kind: "text", codes: Int32Array.from({ length: rows }, (_, row) => (row * 7) % rows), dictionary },
  ],
};
const foldsOf = (split: object, repeats = 1) => {
  const about = { name: "p", source: { path: "a" }, target: { column: "y" }, select: { folds: 3, repeats } };
  return rowFoldsOf(pipelineSpec.parse({ ...about, split }), table, labels);
};

describe("the folds of the training rows", () => {
  it("are of every class alike", () => {
    const expected = stratifiedFolds({ codes, folds: 3, seed: 42 });
    expect(foldsOf({}).map(({ test }) => test)).toEqual(expected);
  });

  it("are dealt anew as often as they are to be repeated, the same way for the same seed", () => {
    for (const split of [{}, { group: "customer" }]) {
      const [once, thrice] = [foldsOf(split), foldsOf(split, 3)];
      expect(thrice.slice(0, 3)).toEqual(once);
      const repeats = [0, 3, 6].map((from) => thrice.slice(from, from + 3));
      for (const folds of repeats)
        expect(folds.flatMap(({ test }) => [...test]).sort((a, b) => a - b)).toEqual([...codes.keys()]);
      expect(new Set(repeats.map((folds) => JSON.stringify(folds.map(({ test }) => [...test])))).size).toBe(3);
      expect(foldsOf(split, 3)).toEqual(thrice);
      expect(foldsOf({ ...split, seed: 7 }, 3)).not.toEqual(thrice);
    }
  });

  it("keep the rows of a group together", () => {
    const folds = foldsOf({ group: "customer" });
    expect(folds).toHaveLength(3);
    for (const { train, test } of folds) {
      const learned = new Set(Array.from(train, (row) => customer[row]));
      expect(Array.from(test).some((row) => learned.has(customer[row]))).toBe(false);
    }
  });

  it("learn from what was before the rows they are tested on, by numbers and by texts", () => {
    const at = (row: number) => (row * 7) % rows;
    const folds = foldsOf({ time: "at" });
    for (const { train, test } of folds)
      expect(Math.max(...Array.from(train, at))).toBeLessThan(Math.min(...Array.from(test, at)));
    expect(foldsOf({ time: "when" })).toEqual(folds);
  });

  it("name a column that is not there", () => {
    expect(() => foldsOf({ group: "shop" })).toThrow(expect.objectContaining({ code: "SPLIT_COLUMN_MISSING" }));
  });
});
