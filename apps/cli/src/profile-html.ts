import { escaped } from "@millrace/pages";
import type { ColumnFacts, NumberFacts } from "./profile-columns.js";
import { numberText, percent } from "./profile-text.js";

export interface ProfileReport {
  readonly file: string;
  readonly rows: number;
  readonly target?: string;
  readonly columns: readonly ColumnFacts[];
}

const style = `body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:62rem;padding:0 1rem;color:#1d2733}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.5rem .6rem;border-bottom:1px solid #dde3ea}
td.n{text-align:right;font-variant-numeric:tabular-nums}small{color:#5b6a7a}.t{background:#eef5ff}svg{display:block}`;

/** One page that needs nothing beside it. */
export const profileHtml = ({ file, rows, target, columns }: ProfileReport): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(file)}</title><style>${style}</style></head><body>
<h1>${escaped(file)}</h1>
<p>${rows} rows, ${columns.length} columns${target === undefined ? "" : `; “${escaped(target)}” is to be predicted`}.</p>
<table><thead><tr><th>column</th><th>missing</th><th>distinct</th><th>values</th><th>spread</th>${
  target === undefined ? "" : "<th>tells of the target</th>"
}</tr></thead><tbody>
${columns.map((facts) => rowOf(facts, target)).join("\n")}
</tbody></table></body></html>
`;

function rowOf(facts: ColumnFacts, target: string | undefined): string {
  const relation = facts.relation === undefined ? "" : percent(facts.relation);
  return `<tr${facts.name === target ? ' class="t"' : ""}><td><b>${escaped(facts.name)}</b><br><small>${facts.kind}</small></td>
<td class="n">${percent(facts.missing / Math.max(1, facts.rows))}</td><td class="n">${facts.distinct}</td><td>${valuesOf(facts)}</td>
<td>${bars(facts.kind === "number" ? facts.histogram : facts.top.map(([, count]) => count))}</td>${
    target === undefined ? "" : `<td class="n">${relation}</td>`
  }</tr>`;
}

const valuesOf = (facts: ColumnFacts): string =>
  facts.kind === "number" && facts.distinct > facts.top.length ? rangeText(facts) : topText(facts);

const topText = ({ top, rows }: ColumnFacts): string =>
  top.map(([value, count]) => `${escaped(value)} <small>${percent(count / Math.max(1, rows))}</small>`).join("<br>");

function rangeText({ range, mean }: NumberFacts): string {
  if (range === undefined) return "";
  const { min, low, median, high, max } = range;
  return `${numberText(min)} … ${numberText(max)}<br><small>quartiles ${[low, median, high].map(numberText).join(", ")}; mean ${numberText(mean!)}</small>`;
}

function bars(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  const bar = (count: number, index: number) => {
    const height = (36 * count) / most;
    return `<rect x="${index * 8}" y="${(36 - height).toFixed(1)}" width="7" height="${height.toFixed(1)}"/>`;
  };
  return `<svg width="${Math.max(1, counts.length) * 8}" height="36" fill="#4a7ebb">${counts.map(bar).join("")}</svg>`;
}
