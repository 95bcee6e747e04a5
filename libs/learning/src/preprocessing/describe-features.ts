import { columnNamed, type NumericColumn, type Table, type TextColumn } from "@millrace/contracts";
import { presentSorted, quantile } from "../data/number-summary.js";
import { columnMissing } from "./preprocess-problem.js";

/** What may stand in a feature, for forms and documentation. */
export interface FeatureDescription {
  readonly name: string;
  readonly kind: "number" | "text";
  readonly categories?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly example: number | string | null;
  /** Its numbers are milliseconds since 1970; it may be given as 2026-01-31 or 2026-01-31T10:00:00Z as well. */
  readonly date?: boolean;
}

// More texts than this are no list to choose from.
const MANY_CATEGORIES = 200;

/** The range or the categories of each feature, with an ordinary value: the median or the most frequent text. */
export const describeFeatures = (table: Table, features: readonly string[]): FeatureDescription[] =>
  features.map((name) => {
    const column = columnNamed(table, name);
    if (!column) throw columnMissing(name);
    return column.kind === "number" ? describeNumbers(column) : describeTexts(column);
  });

function describeNumbers({ name, values }: NumericColumn): FeatureDescription {
  const sorted = presentSorted(values);
  if (sorted.length === 0) return { name, kind: "number", example: null };
  return { name, kind: "number", min: sorted[0]!, max: sorted.at(-1)!, example: quantile(sorted, 0.5) };
}

function describeTexts({ name, codes, dictionary }: TextColumn): FeatureDescription {
  const counts = new Float64Array(dictionary.length);
  for (const code of codes) if (code >= 0) counts[code]! += 1;
  const most = counts.reduce((max, count) => Math.max(max, count), 0);
  const example = dictionary[counts.indexOf(most)] ?? null;
  return { name, kind: "text", ...(dictionary.length <= MANY_CATEGORIES && { categories: dictionary }), example };
}
