import { stringify } from "yaml";
import type { ColumnSchema, DataSchema } from "./data-schema.js";

const heading = `# What the columns of a dataset have to look like. Written from the training rows of the first dataset: review it, keep it
# beside pipeline.yaml and name it there (schema: schema.yaml). docs/validation.md tells what each setting does.
#   missing   the largest share of missing values; with 0 a row without a value is set apart
#   min, max  what was seen: widen them to what is possible
#   severity  ignore, warn, quarantine (the rows are kept apart) or reject (the dataset is refused)
`;

/** The schema as a schema.yaml to review, a line a column, each with what to look at. */
export function schemaToYaml({ columns, rows }: DataSchema): string {
  const lines = columns.flatMap((column) => [
    ...hintsOf(column).map((hint) => `  # ${hint}`),
    `  - ${inline(stated(column))}`,
  ]);
  return `${heading}${rows === undefined ? "" : `rows: ${inline(rows)}\n`}columns:\n${lines.join("\n")}\n`;
}

/** Without what goes without saying. */
const stated = ({ required, missing, finite, in: where, ...said }: ColumnSchema) => ({
  ...said,
  ...(!required && { required }),
  ...(missing > 0 && { missing: Number(missing.toFixed(4)) }),
  ...(!finite && { finite }),
  ...(where.length === 1 && { in: where }),
});

function hintsOf(column: ColumnSchema): string[] {
  const hints: string[] = [];
  if (column.in.length === 1 && column.in[0] === "training")
    hints.push("Needed to learn, not known when a model serves.");
  if (column.missing >= 1) hints.push("No value was seen: should it be in features.drop?");
  if (column.type === "text" && column.categories === undefined && column.shapes === undefined)
    hints.push(
      "Too many different texts for a list of categories: an identifier or free text belongs in features.drop.",
    );
  if (column.min !== undefined && column.min === column.max) hints.push("One single value was seen.");
  return hints;
}

const inline = (value: unknown): string =>
  stringify(value, { collectionStyle: "flow", flowCollectionPadding: true, lineWidth: 0, compat: "yaml-1.1" }).trim();
