import type { Problem } from "@millrace/contracts";
import { sentenceOf } from "@millrace/contracts";
import { escaped, style } from "@millrace/pages";
import type { FeatureSummary } from "./feature-summary.js";

export interface FeatureReport {
  readonly pipeline: string;
  readonly rows: number;
  /** The columns that come in. */
  readonly before: readonly FeatureSummary[];
  /** The columns that models learn from. */
  readonly after: readonly FeatureSummary[];
  /** How many rows there are to learn from after resampling. */
  readonly learned: number;
  /** Why there is no preprocessor.onnx. */
  readonly onnx?: Problem;
}

/** A page with more features than this is read by nobody; the JSON has them all. */
const MOST_SHOWN = 500;

/** The report for people: one file without links to anything. */
export const featurePage = (report: FeatureReport): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Features of ${escaped(report.pipeline)}</title>
<style>
${style}
</style>
<h1>Features of ${escaped(report.pipeline)}</h1>
<p>${report.before.length} columns of ${report.rows} training rows became ${report.after.length} features.
${report.learned === report.rows ? "" : `Models learn from ${report.learned} rows after resampling.`}
${report.onnx === undefined ? "" : `There is no preprocessor.onnx: ${escaped(sentenceOf(report.onnx))}`}</p>
<h2>Before</h2>
${tableOf(report.before)}
<h2>After</h2>
${tableOf(report.after)}
</html>
`;

const tableOf = (features: readonly FeatureSummary[]): string => `<table>
<tr><th>Column<th class="number">Missing<th class="number">Min<th class="number">Mean<th class="number">Max<th>Distribution
${features.slice(0, MOST_SHOWN).map(rowOf).join("\n")}
</table>
${features.length > MOST_SHOWN ? `<p>And ${features.length - MOST_SHOWN} more, which features.json has.</p>` : ""}`;

const rowOf = (feature: FeatureSummary): string =>
  `<tr><td>${escaped(feature.name)}<td class="number">${missing(feature)}` +
  [feature.min, feature.mean, feature.max].map((value) => `<td class="number">${shown(value)}`).join("") +
  `<td>${feature.kind === "text" ? categories(feature) : bars(feature.histogram)}`;

const missing = ({ missing, rows }: FeatureSummary): string =>
  missing === 0 ? "" : `${missing} (${((100 * missing) / rows).toFixed(1)} %)`;

const shown = (value: number | undefined): string => (value === undefined ? "" : String(Number(value.toPrecision(5))));

function categories({ categories = [], distinct = 0 }: FeatureSummary): string {
  const named = categories.slice(0, 6).map(({ name, rows }) => `${escaped(name.slice(0, 40))} ${rows}`);
  return [...named, ...(distinct > named.length ? [`and ${distinct - named.length} more`] : [])].join(", ");
}

function bars(histogram: readonly number[] = []): string {
  const most = Math.max(...histogram, 1);
  const rects = histogram.map((count, index) => {
    const height = count === 0 ? 0 : Math.max(1, Math.round((24 * count) / most));
    return `<rect class="now" x="${index * 6}" y="${24 - height}" width="5" height="${height}"/>`;
  });
  return `<svg style="width:${histogram.length * 6}px;height:24px" role="img">${rects.join("")}</svg>`;
}
