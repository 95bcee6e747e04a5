import type { ColumnSchema, DataSchema, Finding } from "@millrace/contracts";
import type { Profile } from "@millrace/drift";
import { findingOf } from "./column-findings.js";
import { percent } from "./in-words.js";
import type { ProfileRecord } from "./references.js";
import type { SeverityRules } from "./severity-of.js";

const usualShrink = 0.5;
const usualGrow = 10;
const schemaRows = (setting: string): string => `set \`rows: { ${setting}: … }\` in schema.yaml`;

/** Whether there are as many rows as the schema asks for, and about as many as in the dataset before. */
export function rowCountFindings(
  total: number,
  { rows = {} }: DataSchema,
  { rules, previous }: { rules: SeverityRules; previous: ProfileRecord | undefined },
): Finding[] {
  const { min = 1, max = Infinity, shrink = usualShrink, grow = usualGrow } = rows;
  const before = previous?.rows ?? total;
  const ratio = before === 0 ? 1 : total / before;
  const told = { rules };
  if (total < min)
    return findingOf(told, "ROWS_TOO_FEW", {
      message: `The dataset has ${total} rows; it needs at least ${min}.`,
      remedy: `Send more rows, or ${schemaRows("min")}.`,
    });
  if (total > max)
    return findingOf(told, "ROWS_TOO_MANY", {
      message: `The dataset has ${total} rows; it may have at most ${max}.`,
      remedy: `Look whether rows were sent twice, or ${schemaRows("max")}.`,
    });
  if (ratio < shrink)
    return findingOf(told, "ROWS_FEWER_THAN_BEFORE", {
      message: `The dataset has ${total} rows, the one before had ${before} (${percent(ratio)}).`,
      remedy: `Look whether a part of the data did not arrive; if so few rows are usual, ${schemaRows("shrink")}.`,
    });
  if (ratio > grow)
    return findingOf(told, "ROWS_MORE_THAN_BEFORE", {
      message: `The dataset has ${total} rows, ${Number(ratio.toFixed(1))} times the ${before} of the one before.`,
      remedy: `Look whether rows were sent twice; if so many rows are usual, ${schemaRows("grow")}.`,
    });
  return [];
}

/** What the data have beyond the schema is not learned from, and should not go unnoticed. */
export const unknownColumns = (names: readonly string[], known: ReadonlySet<string>, rules: SeverityRules): Finding[] =>
  names
    .filter((name) => !known.has(name))
    .flatMap((column) =>
      findingOf({ rules }, "COLUMN_UNKNOWN", {
        column,
        message: `The column "${column}" is not in the schema: nothing is learned from it.`,
        remedy: "Add it to schema.yaml, or to features.drop in pipeline.yaml.",
      }),
    );

/** Whether columns have as many different values as the schema says. */
export function distinctFindings(
  { columns }: Profile,
  schema: ReadonlyMap<string, ColumnSchema>,
  rules: SeverityRules,
): Finding[] {
  return columns.flatMap(({ name, distinct }) => {
    const wanted = schema.get(name);
    if (wanted?.distinct === undefined) return [];
    const { min = 0, max = Infinity } = wanted.distinct;
    const found = Math.round(distinct);
    if (found >= min && found <= max) return [];
    const code = found < min ? "TOO_FEW_DISTINCT" : "TOO_MANY_DISTINCT";
    return findingOf({ rules, wanted }, code, {
      column: name,
      message: `"${name}" has about ${found} different values; ${found < min ? `at least ${min}` : `at most ${max}`} are expected.`,
      remedy:
        "Look whether a part of the data is missing or foreign, or correct `distinct` of the column in schema.yaml.",
    });
  });
}
