import * as z from "zod";
import { severity } from "./validate.js";

const share = z.number().min(0).max(1);
const count = z.number().int().nonnegative();

const bound = z.union([
  z.number(),
  z.string().refine((text) => /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text)), {
    error: "a number, or a date such as 2026-01-31",
  }),
]);

/** `warning` and `error` are what older files say for `warn` and `reject`. */
const columnSeverity = z.union([severity, z.enum(["warning", "error"])]);

const pattern = z.string().refine(isPattern, { error: "a regular expression that can be read" });

const column = z
  .strictObject({
    name: z.string().min(1),
    type: z
      .enum(["number", "integer", "boolean", "date", "text"])
      .describe("A boolean is 0 or 1; a date is milliseconds since 1970 in the data, and a number or a date here"),
    required: z.boolean().default(true).describe("Whether the column has to be there"),
    missing: share.default(0).describe("The largest share of missing values; with 0 each row has to have one"),
    present: count.optional().describe("The smallest number of values"),
    min: bound.optional(),
    max: bound.optional(),
    categories: z.array(z.string()).optional().describe("The known values of a text column"),
    minMass: share.optional().describe("The share of values that have to be known categories; all where left out"),
    pattern: pattern.optional().describe("A regular expression that each whole text has to fit"),
    shapes: z.array(z.string()).optional().describe("How texts may look: A, a and 9 stand for letters and digits"),
    unique: z.boolean().optional().describe("No value stands in two rows"),
    distinct: z
      .strictObject({ min: count.optional(), max: count.optional() })
      .optional()
      .describe("How many different values there are"),
    finite: z.boolean().default(true).describe("Whether infinite numbers are wrong"),
    in: z
      .array(z.enum(["training", "serving"]))
      .min(1)
      .default(["training", "serving"])
      .describe("Where the column is needed: the label is not known when a model serves"),
    severity: z
      .union([
        columnSeverity,
        z.record(z.string().regex(/^[A-Z][A-Z_]*$/, "a code such as OUT_OF_RANGE"), columnSeverity),
      ])
      .optional()
      .describe("What a breach by this column's values does: one word for all, or one a code"),
  })
  .superRefine((wanted, { addIssue }) => {
    const mistake = mistakeIn(wanted);
    if (mistake !== undefined) addIssue({ code: "custom", path: [mistake.at], message: mistake.message });
  });

interface Bounded {
  type: string;
  min?: number | string;
  max?: number | string;
  categories?: unknown;
  pattern?: unknown;
  shapes?: unknown;
}

/** What is asked for and cannot be, with the setting that says so. */
function mistakeIn({ type, min, max, ...texts }: Bounded): { at: string; message: string } | undefined {
  const ofText = (["categories", "pattern", "shapes"] as const).find((key) => texts[key] !== undefined);
  if (type !== "text" && ofText !== undefined) return { at: ofText, message: `only texts have them, not ${type}` };
  const at = min === undefined ? "max" : "min";
  if ((min ?? max) !== undefined && (type === "text" || type === "boolean"))
    return { at, message: `only numbers and dates have bounds, not ${type}` };
  if (type !== "date" && [min, max].some((value) => typeof value === "string"))
    return { at: typeof min === "string" ? "min" : "max", message: "a date bounds only a column of type date" };
  if (boundOf(min, -Infinity) > boundOf(max, Infinity)) return { at: "min", message: "it is above max" };
  return undefined;
}

/** What the rows of a dataset have to look like: schema.yaml. */
export const dataSchema = z
  .strictObject({
    columns: z.array(column).min(1),
    rows: z
      .strictObject({
        min: count.optional(),
        max: count.optional(),
        shrink: share.optional().describe("The smallest share of the previous dataset's rows; 0.5 where left out"),
        grow: z.number().min(1).optional().describe("The most times the previous dataset's rows; 10 where left out"),
      })
      .optional()
      .describe("How many rows a dataset has to have"),
  })
  .meta({ id: "DataSchema", description: "schema.yaml: what the columns of a dataset must look like" });

export type DataSchema = z.infer<typeof dataSchema>;
export type ColumnSchema = DataSchema["columns"][number];
export type SchemaEnvironment = ColumnSchema["in"][number];

/** The columns that are needed where rows are learned from, or where a model answers. */
export const columnsIn = (schema: DataSchema, environment: SchemaEnvironment): ColumnSchema[] =>
  schema.columns.filter((wanted) => wanted.in.includes(environment));

/** A bound as the data hold it: dates are milliseconds. */
export const boundOf = (bound: number | string | undefined, otherwise: number): number =>
  bound === undefined ? otherwise : typeof bound === "number" ? bound : Date.parse(bound);

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "u") !== undefined;
  } catch {
    return false;
  }
}
