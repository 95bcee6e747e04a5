import type { AcceptSpec, FairnessBound } from "@millrace/contracts";
import { fairness, greaterIsBetter, type MetricName, type Slice } from "@millrace/learning";
import { boundName, meets } from "./floor-gates.js";
import { entriesOf, rounding, type Gate } from "./gate.js";
import { asWritten, counted, digitsThatShow, figure, titleOf } from "./in-words.js";
import { boundsOf, type ColumnSlices } from "./slices-of.js";

const leastRows = 50;

/** Floors for every group of a column that has enough rows. */
export function sliceGates(accept: AcceptSpec, slices: readonly ColumnSlices[]): Gate[] {
  const { slices: asked } = accept;
  if (asked === undefined) return [];
  const {
    columns,
    at_least = accept.at_least,
    min_rows,
  } = Array.isArray(asked) ? { columns: asked, min_rows: leastRows } : asked;
  return columns.flatMap((column) =>
    entriesOf(at_least).map(([metric, bound]) =>
      sliceGate({ column, metric, bound, least: min_rows }, groupsOf(slices, column)),
    ),
  );
}

interface SliceFloor {
  readonly column: string;
  readonly metric: MetricName;
  readonly bound: number;
  readonly least: number;
}

function sliceGate({ column, metric, bound, least }: SliceFloor, groups: readonly Slice[] | undefined): Gate {
  const name = `slices.${column}.${metric}`;
  if (groups === undefined) return { name, passed: false, says: withoutColumn(column) };
  const judged = groups.filter(({ rows, values }) => rows >= least && values[metric] !== undefined);
  if (judged.length === 0)
    return { name, passed: false, says: `${titleOf(metric)} is known of no group of ${column} with ${least} rows` };
  const sorted = [...judged].sort((a, b) => worse(metric, a, b));
  const failed = sorted.filter(({ values }) => !meets(metric, values[metric]!, bound));
  if (failed.length > 0) return { name, passed: false, says: failedSlices({ column, metric, bound, least }, failed) };
  const lowest = `${figure(sorted[0]!.values[metric])} with ${sorted[0]!.name}`;
  const says = `${titleOf(metric)} meets the ${boundName(metric)} of ${asWritten(bound)} in each group of ${column}`;
  return { name, passed: true, says: `${says} (worst: ${lowest})` };
}

const worse = (metric: MetricName, a: Slice, b: Slice): number =>
  (greaterIsBetter(metric) ? 1 : -1) * (a.values[metric]! - b.values[metric]!);

const mostNamed = 3;

function failedSlices({ column, metric, bound }: SliceFloor, failed: readonly Slice[]): string {
  const named = failed.slice(0, mostNamed).map(({ name, rows, values }) => {
    const value = values[metric]!;
    const digits = digitsThatShow((rounded) => !meets(metric, rounded(value), bound));
    return `${figure(value, digits)} with ${name} (${counted(rows, "row")})`;
  });
  const more = failed.length > mostNamed ? ` and ${counted(failed.length - mostNamed, "more group")}` : "";
  const misses = `misses the ${boundName(metric)} of ${asWritten(bound)} in groups of ${column}`;
  return `${titleOf(metric)} ${misses}: ${named.join(", ")}${more}`;
}

/** How far the groups of a column may lie apart. */
export const fairnessGates = (accept: AcceptSpec, slices: readonly ColumnSlices[]): Gate[] =>
  boundsOf(accept.fairness).map((bound) => fairnessGate(bound, groupsOf(slices, bound.column)));

function fairnessGate({ column, metric, at_most, min_rows }: FairnessBound, groups?: readonly Slice[]): Gate {
  const name = `fairness.${column}.${metric}`;
  if (groups === undefined) return { name, passed: false, says: withoutColumn(column) };
  const apart = disparityOf(metric, groups, min_rows);
  if (apart === undefined) return { name, passed: false, says: whyUnknown({ column, metric, min_rows }, groups) };
  const passed = apart.difference <= at_most + rounding;
  const digits = digitsThatShow((rounded) => rounded(apart.difference) <= at_most + rounding === passed);
  const differs = `the ${titleOf(metric)} differs by ${figure(apart.difference, digits)} between groups of ${column}`;
  const says = `${differs}${apart.between}, ${passed ? "no more than" : "more than"} ${asWritten(at_most)}`;
  return { name, passed, says };
}

function whyUnknown(
  { column, metric, min_rows }: Pick<FairnessBound, "column" | "metric" | "min_rows">,
  groups: readonly Slice[],
): string {
  const ofTwoClasses = metric in rateNames || metric === "equalized_odds";
  if (ofTwoClasses && groups.every(({ selectionRate }) => selectionRate === undefined))
    return `the ${titleOf(metric)} is one of two classes; compare groups of ${column} by a metric such as accuracy`;
  return `the ${titleOf(metric)} is known of fewer than two groups of ${column} with ${min_rows} rows`;
}

function disparityOf(metric: FairnessBound["metric"], groups: readonly Slice[], least: number) {
  const found = fairness(groups, least);
  if (metric === "equalized_odds") return found.equalizedOdds && { ...found.equalizedOdds, between: "" };
  const apart = found.by[rateNames[metric as keyof typeof rateNames] ?? (metric as MetricName)];
  if (apart === undefined) return undefined;
  const { lowest, highest, difference } = apart;
  const between = ` (${figure(highest.value)} with ${highest.slice}, ${figure(lowest.value)} with ${lowest.slice})`;
  return { difference, between };
}

const rateNames = {
  selection_rate: "selectionRate",
  true_positive_rate: "truePositiveRate",
  false_positive_rate: "falsePositiveRate",
} as const;

const groupsOf = (slices: readonly ColumnSlices[], column: string): readonly Slice[] | undefined =>
  slices.find((each) => each.column === column)?.groups;

const withoutColumn = (column: string): string => `the test rows have no column ${column} to tell groups by`;
