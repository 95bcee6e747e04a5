import type { ColumnSchema, DataSchema, PipelineSpec } from "@millrace/contracts";
import type { ColumnProfile, NumberProfile, Profile, TextProfile } from "@millrace/drift";

const mostCategories = 100;
const mostShapes = 5;
/** An inferred column may come with more missing values than the first dataset had, up to this share more. */
const missingSlack = 0.1;
/** One dataset does not show all that may come: its range is widened by as much on either side. */
const rangeSlack = 1;
const minMass = 0.99;
/** Of fewer values nobody can tell that all are whole or of the same shape. */
const enough = 100;

/**
 * A schema to begin with, from the profile of the training rows. Presence and type are firm; ranges, categories and shapes
 * that the next data leave are told as warnings. It has every column, also those that the pipeline drops today: it is
 * remembered, and pipeline.yaml may change.
 */
export const inferSchema = ({ columns }: Profile): DataSchema => ({ columns: columns.map(columnSchema) });

/** What a remembered schema asks of a pipeline as it is now: of its target every value, and no class that is new. */
export const schemaFor = ({ target }: PipelineSpec, { columns, ...rest }: DataSchema): DataSchema => ({
  ...rest,
  columns: columns.map((column) => (column.name === target.column ? asTarget(column) : column)),
});

function columnSchema(profile: ColumnProfile): ColumnSchema {
  const missing = profile.rows === 0 ? 1 : Math.min(1, profile.missing / profile.rows + missingSlack);
  const common = { name: profile.name, required: true, missing, finite: true, in: [...environments] };
  const of = profile.kind === "text" ? ofTexts(profile) : ofNumbers(profile);
  return { ...common, ...of, severity: "warn" };
}

const environments = ["training", "serving"] as const;

const asTarget = ({ name, type, categories, finite }: ColumnSchema): ColumnSchema => ({
  ...{ name, type, required: true, missing: 0, finite, in: ["training"], severity: "reject" },
  ...(categories !== undefined && { categories }),
});

type Inferred = Pick<ColumnSchema, "type" | "categories" | "minMass" | "shapes" | "min" | "max">;

function ofTexts({ rows, missing, top, others, shapes }: TextProfile): Inferred {
  const present = rows - missing;
  if (top.length === 0) return { type: "text" };
  if (others === 0 && top.length <= mostCategories && (top.length <= 20 || top.length * 2 <= present))
    return { type: "text", categories: top.map(([text]) => text).sort(), minMass };
  const shaped = shapes.reduce((sum, [, count]) => sum + count, 0);
  const known = present >= enough && shapes.length <= mostShapes && shaped === present;
  return { type: "text", ...(known && { shapes: shapes.map(([shape]) => shape).sort() }) };
}

function ofNumbers({ rows, missing, infinite, whole, min, max }: NumberProfile): Inferred {
  const present = rows - missing;
  const type = whole === present - infinite && present >= enough ? "integer" : "number";
  if (min === undefined || max === undefined) return { type };
  const [low, high] = widened(min, max);
  return whole === present - infinite
    ? { type, min: Math.ceil(low), max: Math.floor(high) }
    : { type, min: rounded(low, Math.floor), max: rounded(high, Math.ceil) };
}

/** What never was negative, or positive, stays so. */
function widened(min: number, max: number): [number, number] {
  const slack = (max - min) * rangeSlack;
  if (!Number.isFinite(slack)) return [min, max];
  return [min >= 0 ? Math.max(0, min - slack) : min - slack, max <= 0 ? Math.min(0, max + slack) : max + slack];
}

/** To four significant digits, outwards: the file is for people. */
function rounded(value: number, outwards: (value: number) => number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const digits = 3 - Math.floor(Math.log10(Math.abs(value)));
  const step = 10 ** Math.min(Math.abs(digits), 300);
  const steps = outwards(digits >= 0 ? value * step : value / step);
  return digits >= 0 ? steps / step : steps * step;
}
