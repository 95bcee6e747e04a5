import { columnNamed, type ColumnSchema, type Finding, type PipelineSpec, type Table } from "@millrace/contracts";
import { findingOf } from "./column-findings.js";
import { percent } from "./in-words.js";
import { classesOf, predictsAlone } from "./predicts-alone.js";
import { sameColumns } from "./same-columns.js";
import type { SeverityRules } from "./severity-of.js";

interface Parts {
  readonly rules: SeverityRules;
  readonly pipeline: PipelineSpec;
  readonly schema: ReadonlyMap<string, ColumnSchema>;
}

const enough = 50;
const leaking = 0.99;

/** What columns say of each other, and of the target, in some of the training rows. */
export function relationFindings(sample: Table, parts: Parts): Finding[] {
  const target = columnNamed(sample, parts.pipeline.target.column);
  const others = sample.columns.filter((column) => column !== target);
  return [...leaks({ ...sample, columns: others }, target, parts), ...redundant({ ...sample, columns: others }, parts)];
}

function leaks({ rows, columns }: Table, target: Table["columns"][number] | undefined, parts: Parts): Finding[] {
  const classes = target && classesOf(target);
  if (classes === undefined || rows < enough) return [];
  return columns.flatMap((column) => {
    const told = predictsAlone(column, classes);
    if (told < leaking) return [];
    return findingOf(about(column.name, parts), "TARGET_LEAKED", {
      column: column.name,
      message: `"${column.name}" alone tells "${target!.name}" (${percent(told)} of what is to be learned): it may be known only when the answer is.`,
      remedy: "Look when this column is known; if only afterwards, add it to features.drop in pipeline.yaml.",
    });
  });
}

const redundant = (sample: Table, parts: Parts): Finding[] =>
  sameColumns(sample).flatMap(([one, other]) =>
    findingOf(about(other, parts), "COLUMN_REDUNDANT", {
      column: other,
      message: `"${one}" and "${other}" say the same: one follows from the other.`,
      remedy: "Add one of them to features.drop in pipeline.yaml.",
    }),
  );

function about(name: string, { rules, schema }: Parts) {
  const wanted = schema.get(name);
  return { rules, ...(wanted !== undefined && { wanted }) };
}
