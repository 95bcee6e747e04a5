import type { Column, ColumnSchema, DataSchema, PipelineSpec, Table } from "@millrace/contracts";

const mostCategories = 100;
/** An inferred column may come with more missing values than the first dataset had, up to this share more. */
const missingSlack = 0.1;

/**
 * A schema to begin with, from the training rows. Presence and type are firm; ranges and categories that the next data
 * leave are told as warnings, since one dataset does not show all that may come.
 */
export const inferSchema = (table: Table, { features, target }: PipelineSpec): DataSchema => ({
  columns: table.columns
    .filter(({ name }) => !features.drop.includes(name))
    .map((column) => (column.name === target.column ? targetSchema(column) : columnSchema(column, table.rows))),
});

function columnSchema(column: Column, rows: number): ColumnSchema {
  const missing = missingIn(column);
  const common = { name: column.name, required: true, severity: "warning" as const };
  const share = missing === 0 ? missingSlack : Math.min(1, missing / rows + missingSlack);
  if (column.kind === "text") return { ...common, type: "text", missing: share, ...categoriesOf(column.dictionary) };
  return { ...common, type: "number", missing: share, ...rangeOf(column.values) };
}

const targetSchema = (column: Column): ColumnSchema => ({
  ...{ name: column.name, type: column.kind, required: true, missing: 0, severity: "error" },
  ...(column.kind === "text" && categoriesOf(column.dictionary)),
});

export const missingIn = (column: Column): number =>
  column.kind === "text"
    ? column.codes.reduce((count, code) => count + (code < 0 ? 1 : 0), 0)
    : column.values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);

const categoriesOf = (dictionary: readonly string[]) =>
  dictionary.length <= mostCategories ? { categories: [...dictionary] } : {};

function rangeOf(values: Float64Array): { min?: number; max?: number } {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return Number.isFinite(min) && Number.isFinite(max) ? { min, max } : {};
}
