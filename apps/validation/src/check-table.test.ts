import { dataSchema, type Column, type ColumnSchema, type Table } from "@millrace/contracts";
import { checkSides, strangeColumns } from "./check-table.js";

type Values = readonly (number | string | null)[];

function columnOf(name: string, values: Values): Column {
  const texts = values.filter((value) => typeof value === "string");
  if (texts.length === 0)
    return { name, kind: "number", values: Float64Array.from(values, (value) => +(value ?? NaN)) };
  const dictionary = [...new Set(texts)].sort();
  return {
    name,
    kind: "text",
    dictionary,
    codes: Int32Array.from(values, (value) => dictionary.indexOf(String(value))),
  };
}

const tableOf = (columns: Record<string, Values>): Table => ({
  rows: Object.values(columns)[0]!.length,
  columns: Object.entries(columns).map(([name, values]) => columnOf(name, values)),
});

const check = (wanted: Partial<ColumnSchema>, ...sides: Values[]) =>
  checkSides(
    dataSchema.parse({ columns: [{ name: "x", type: "number", ...wanted }] }),
    sides.map((x) => tableOf({ x })),
  );

describe("a dataset against its schema", () => {
  it("is as it should be", () => {
    expect(check({ min: 0, max: 9 }, [1, 2], [9])).toEqual([]);
    expect(check({ type: "text", categories: ["a", "b"], missing: 0.5 }, ["a", "b"], [null])).toEqual([]);
  });

  it("lacks a column", () => {
    const schema = dataSchema.parse({
      columns: [
        { name: "y", type: "text" },
        { name: "z", type: "text", required: false },
      ],
    });
    const findings = checkSides(schema, [tableOf({ x: [1] }), tableOf({ x: [1] })]);
    expect(findings).toEqual([expect.objectContaining({ code: "COLUMN_MISSING", severity: "error", column: "y" })]);
    expect(findings[0]!.message).toBe('The column "y" (text) is missing.');
    expect(findings[0]!.remedy).toContain("schema.yaml");
  });

  it("misses more values than it may, counted over both sides", () => {
    expect(check({ missing: 0.25 }, [1, 2, 3, null, 5, 6], [7, null])).toEqual([]);
    expect(check({ missing: 0.2 }, [1, 2, 3, null, 5, 6], [7, null])).toEqual([
      expect.objectContaining({
        ...{ code: "TOO_MANY_MISSING", severity: "error", rows: 2 },
        message: '2 of 8 values of "x" are missing (25 %); at most 20 % may be.',
      }),
    ]);
  });

  it("says only that when a column has no value at all, whatever its type is taken for", () => {
    expect(check({ type: "text", categories: ["a"] }, [null, null], [null])).toEqual([
      expect.objectContaining({ code: "TOO_MANY_MISSING", rows: 3 }),
    ]);
    expect(check({ type: "text", missing: 1 }, [null, null], [null])).toEqual([]);
  });

  it("has texts where numbers belong, and shows those that are none", () => {
    expect(check({}, ["1", "wide", "2", "wide"], ["3", "tall"])).toEqual([
      expect.objectContaining({
        ...{ code: "TYPE_WRONG", severity: "error", rows: 3, examples: ["tall", "wide"] },
        message: '"x" should hold numbers but holds text, such as "tall", "wide".',
      }),
    ]);
  });

  it("has numbers where texts belong", () => {
    expect(check({ type: "text", missing: 1 }, [1, null, 2], [3])).toEqual([
      expect.objectContaining({ code: "TYPE_WRONG", rows: 3, examples: [] }),
    ]);
  });

  it.each(["warning", "error"] as const)(
    "has a category that is not known: as severe as the schema says (%s)",
    (severity) => {
      const wanted: Partial<ColumnSchema> = { type: "text", categories: ["a"], severity };
      expect(check(wanted, ["a", "b", "c", "c"], ["d", "b"])).toEqual([
        expect.objectContaining({ code: "CATEGORY_UNKNOWN", severity, rows: 5, examples: ["b", "c", "d"] }),
      ]);
      expect(check(wanted, [..."bcdefgh"], ["a"])[0]!.message).toMatch(/"f" and 2 more\.$/);
    },
  );

  it("leaves its range: as severe as the schema says", () => {
    expect(check({ min: 0, max: 5, severity: "warning" }, [-1, 0, 5], [6, 6, 1])).toEqual([
      expect.objectContaining({
        ...{ code: "OUT_OF_RANGE", severity: "warning", rows: 3, examples: ["-1", "6"] },
        message: '3 values of "x" are outside 0 to 5: -1, 6.',
      }),
    ]);
    expect(check({ min: 0 }, [-1], [1])[0]!.message).toContain("0 to ∞");
  });

  it("has columns that nothing is learned from", () => {
    const findings = strangeColumns(new Set(["x"]), tableOf({ x: [1], y: [2] }));
    expect(findings).toEqual([expect.objectContaining({ code: "COLUMN_UNKNOWN", severity: "warning", column: "y" })]);
  });

  it("with a million different texts is checked in a moment", () => {
    const rows = 1_000_000;
    const dictionary = Array.from({ length: rows }, (_, row) => `customer-${String(row).padStart(7, "0")}`);
    const column: Column = {
      name: "x",
      kind: "text",
      dictionary,
      codes: Int32Array.from({ length: rows }, (_, row) => row),
    };
    const began = performance.now();
    const schema = dataSchema.parse({ columns: [{ name: "x", type: "text", categories: ["a"] }] });
    const [finding] = checkSides(schema, [{ rows, columns: [column] }]);
    expect(finding).toMatchObject({ code: "CATEGORY_UNKNOWN", rows, examples: { length: 5 } });
    expect(finding!.message.length).toBeLessThan(300);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
