import type { Column, ColumnSchema, DataSchema, PipelineSpec, Table } from "@millrace/contracts";
import { missingIn } from "./missing-values.js";

const mostCategories = 100;
/** An inferred column may come with more missing values than the first dataset had, up to this share more. */
const missingSlack = 0.1;

/**
 * A schema to begin with, from the training rows. Presence and type are firm; ranges and categories that the next data
 * leave are told as warnings, since one dataset does not show all that may come. It has every column, also those that the
 * pipeline drops today: it is remembered, and pipeline.yaml may change.
 */
export const inferSchema = (table: Table): DataSchema => ({
  columns: table.columns.map((column) => columnSchema(column, table.rows)),
});

/** What a remembered schema asks of a pipeline as it is now: of its target every value, and no class that is new. */
export const schemaFor = ({ target }: PipelineSpec, { columns }: DataSchema): DataSchema => ({
  columns: columns.map((column) => (column.name === target.column ? asTarget(column) : column)),
});

function columnSchema(column: Column, rows: number): ColumnSchema {
  const common = { name: column.name, required: true, severity: "warning" as const };
  const missing = Math.min(1, missingIn(column) / rows + missingSlack);
  if (column.kind === "text") return { ...common, type: "text", missing, ...categoriesOf(column.dictionary) };
  return { ...common, type: "number", missing, ...rangeOf(column.values) };
}

const asTarget = ({ name, type, categories }: ColumnSchema): ColumnSchema => ({
  ...{ name, type, required: true, missing: 0, severity: "error" },
  ...(categories !== undefined && { categories }),
});

const categoriesOf = (dictionary: readonly string[]) =>
  dictionary.length > 0 && dictionary.length <= mostCategories ? { categories: [...dictionary] } : {};

function rangeOf(values: Float64Array): { min?: number; max?: number } {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return Number.isFinite(min) && Number.isFinite(max) ? { min, max } : {};
}
