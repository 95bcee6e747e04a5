import { cell, columnNamed, pipelineSpec, type Table } from "@millrace/contracts";
import { splitTable } from "./split-table.js";

const spec = (split: object = {}) =>
  pipelineSpec.parse({ name: "letters", source: { path: "letters.csv" }, target: { column: "letter" }, split });

/** `letters` tells the target of each row, - for none; the other column counts the rows. */
function tableOf(letters: string): Table {
  const dictionary = [...new Set(letters.replaceAll("-", ""))].sort();
  const codes = Int32Array.from(letters, (letter) => dictionary.indexOf(letter));
  return {
    rows: letters.length,
    columns: [
      { name: "row", kind: "number", values: Float64Array.from(letters, (_letter, row) => row) },
      { name: "letter", kind: "text", codes, dictionary },
    ],
  };
}

const split = (letters: string, settings?: object) => splitTable(tableOf(letters), spec(settings), "letters.csv");
const rowsOf = (table: Table) => [...(columnNamed(table, "row") as { values: Float64Array }).values];
const count = (table: Table, letter: string) =>
  Array.from({ length: table.rows }, (_, row) => cell(columnNamed(table, "letter")!, row)).filter((it) => it === letter)
    .length;

describe("the split", () => {
  const letters = "a".repeat(60) + "b".repeat(30) + "c".repeat(10);

  it("puts every row on one side, and keeps the share of each class", () => {
    const { train, test } = split(letters, { test: 0.2 });
    expect([...rowsOf(train), ...rowsOf(test)].sort((a, b) => a - b)).toEqual([...letters].map((_, row) => row));
    expect(["a", "b", "c"].map((letter) => count(test, letter))).toEqual([12, 6, 2]);
  });

  it("is the same for the same seed and another for another", () => {
    expect(rowsOf(split(letters).test)).toEqual(rowsOf(split(letters).test));
    expect(rowsOf(split(letters, { seed: 1 }).test)).not.toEqual(rowsOf(split(letters, { seed: 2 }).test));
  });

  it("does not look at classes when the pipeline says so", () => {
    const { test } = split("a".repeat(50) + "b", { stratify: false, test: 0.2 });
    expect(test.rows).toBe(11);
  });

  it("names the columns that there are when the target is not among them", () => {
    const { columns, rows } = tableOf("ab");
    const without = () => splitTable({ rows, columns: columns.slice(0, 1) }, spec(), "given.csv");
    expect(without).toThrow(/given\.csv: .*"letter".*they have row\./);
  });

  it("refuses a target with one value, with missing values, or a class that can't be on both sides", () => {
    expect(() => split("aaaa")).toThrow(/letter: .*only one value \(a\)/);
    expect(() => split("ab-b-a")).toThrow(/2 of 6 rows have no value.*row 3/);
    expect(() => split("aaaabbbbz")).toThrow(/letter: only one row each has z,/);
  });
});
