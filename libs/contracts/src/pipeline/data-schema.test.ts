import type { ProblemError } from "../problem.js";
import { boundOf, columnsIn, dataSchema } from "./data-schema.js";
import { schemaToYaml } from "./schema-to-yaml.js";
import { parseDataSchema } from "./parse-pipeline.js";

const parse = (text: string) => parseDataSchema({ file: "schema.yaml", text });

function mistakeIn(column: string): string {
  try {
    parse(`columns:\n  - ${column}\n`);
  } catch (error) {
    return (error as ProblemError).message;
  }
  throw new Error("it was accepted");
}

describe("schema.yaml", () => {
  it("of an earlier version still reads", () => {
    const text = "columns:\n  - { name: x, type: number, max: 2, severity: warning }\n  - { name: y, type: text }\n";
    expect(parse(text).columns).toEqual([
      expect.objectContaining({ name: "x", required: true, missing: 0, severity: "warning" }),
      expect.objectContaining({ name: "y", in: ["training", "serving"] }),
    ]);
  });

  it.each([
    ["{ name: x, type: number, categories: [a] }", /schema\.yaml:2:30 columns\.0\.categories: only texts/],
    ["{ name: x, type: text, min: 1 }", /columns\.0\.min: only numbers and dates/],
    ["{ name: x, type: number, min: 3, max: 1 }", /columns\.0\.min: it is above max/],
    ["{ name: x, type: number, max: 2026-01-01 }", /columns\.0\.max: a date bounds only/],
    ["{ name: x, type: date, max: soon }", /columns\.0\.max.*a date such as/],
    ['{ name: x, type: text, pattern: "(" }', /columns\.0\.pattern: a regular expression/],
    ["{ name: x, type: wide }", /columns\.0\.type/],
    ["{ type: text }", /columns\.0\.name is missing/],
    ["{ name: x, type: text, missing: -1 }", /columns\.0\.missing/],
  ])("refuses what cannot be: %s", (column, mistake) => {
    expect(mistakeIn(column)).toMatch(mistake);
  });

  it("bounds dates by dates", () => {
    const [day] = parse("columns:\n  - { name: day, type: date, min: 2026-01-01 }\n").columns;
    expect(boundOf(day!.min, 0)).toBe(Date.UTC(2026, 0, 1));
    expect(boundOf(day!.max, Infinity)).toBe(Infinity);
  });

  it("asks for the label where there is learning, not where a model serves", () => {
    const schema = dataSchema.parse({
      columns: [
        { name: "size", type: "number" },
        { name: "label", type: "text", in: ["training"] },
      ],
    });
    const names = (environment: "training" | "serving") => columnsIn(schema, environment).map(({ name }) => name);
    expect(names("training")).toEqual(["size", "label"]);
    expect(names("serving")).toEqual(["size"]);
  });

  it("is written for review as it reads, whatever the names are", () => {
    const schema = dataSchema.parse({
      rows: { min: 10 },
      columns: [
        { name: "size: {#}", type: "number", min: 1, max: 1, missing: 0.1, severity: "warn" },
        { name: "- yes", type: "text", categories: ["no", "", "1", "a, b"], in: ["training"] },
        { name: "note", type: "text", missing: 1, severity: { CATEGORY_UNKNOWN: "quarantine" } },
      ],
    });
    const text = schemaToYaml(schema);
    expect(parse(text)).toEqual(schema);
    expect(text).toMatch(/# Needed to learn.*\n {2}- \{ name: "- yes"/);
    expect(text.split("\n").filter((line) => line.startsWith("  - "))).toHaveLength(3);
  });
});
