import type { ColumnFacts } from "./profile-columns.js";
import { textTable } from "./text-table.js";

/** One digit more where a whole number would say none or all. */
export const percent = (share: number): string =>
  `${(100 * share).toFixed((share > 0 && share < 0.1) || (share > 0.99 && share < 0.9995) ? 1 : 0)} %`;
export const numberText = (value: number): string => String(Number(value.toPrecision(4)));

/** The columns as a table for the terminal. */
export function profileText(columns: readonly ColumnFacts[], target: string | undefined): string {
  const headings = ["column", "kind", "missing", "distinct", ...(target === undefined ? [] : ["tells"]), "values"];
  const rows = columns.map((facts) => [
    facts.name + (facts.name === target ? " (target)" : ""),
    facts.kind,
    percent(facts.missing / Math.max(1, facts.rows)),
    String(facts.distinct),
    ...(target === undefined ? [] : [facts.relation === undefined ? "" : percent(facts.relation)]),
    valuesOf(facts),
  ]);
  return textTable(headings, rows);
}

function valuesOf(facts: ColumnFacts): string {
  if (facts.kind === "number" && facts.distinct > facts.top.length && facts.range) {
    const { min, median, max } = facts.range;
    return `${numberText(min)} … ${numberText(median)} … ${numberText(max)}`;
  }
  const shown = facts.top.slice(0, 3).map(([value, count]) => `${cut(value)} ${percent(count / facts.rows)}`);
  return shown.join(", ") + (facts.distinct > 3 ? ", …" : "");
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 24 ? `${line.slice(0, 23)}…` : line;
}
