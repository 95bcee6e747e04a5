import { metricNames, type MetricName } from "./metrics.js";
import type { Slice } from "./slices.js";

const rateNames = ["positiveRate", "selectionRate", "truePositiveRate", "falsePositiveRate"] as const;
type RateName = (typeof rateNames)[number];
export type SliceFigure = MetricName | RateName;

export interface Disparity {
  readonly lowest: { readonly slice: string; readonly value: number };
  readonly highest: { readonly slice: string; readonly value: number };
  /** highest − lowest. */
  readonly difference: number;
  /** lowest / highest; 1 where both are the same, 0 where the lowest is not above 0. */
  readonly ratio: number;
}

export interface Fairness {
  readonly by: Partial<Record<SliceFigure, Disparity>>;
  /** How differently often groups are selected. */
  readonly demographicParity?: Pick<Disparity, "difference" | "ratio">;
  /** How differently often the positive rows of groups are selected (Hardt et al. 2016). */
  readonly equalOpportunity?: Pick<Disparity, "difference" | "ratio">;
  /** The worse of that and the same for the negative rows. */
  readonly equalizedOdds?: Pick<Disparity, "difference" | "ratio">;
  /** Too few rows to say anything. */
  readonly leftOut: readonly string[];
}

const figures: readonly SliceFigure[] = [...metricNames, ...rateNames];

/** How far the groups lie apart. */
export function fairness(slices: readonly Slice[], leastRows = 20): Fairness {
  const large = slices.filter(({ rows }) => rows >= leastRows);
  const entries = figures.flatMap((name) => {
    const disparity = disparityOf(large, name);
    return disparity === undefined ? [] : [[name, disparity] as const];
  });
  const by: Partial<Record<SliceFigure, Disparity>> = Object.fromEntries(entries);
  const binary = large.some(({ selectionRate }) => selectionRate !== undefined);
  return {
    by,
    ...(binary && {
      demographicParity: by.selectionRate,
      equalOpportunity: by.truePositiveRate,
      equalizedOdds: odds(by),
    }),
    leftOut: slices.filter(({ rows }) => rows < leastRows).map(({ name }) => name),
  };
}

function disparityOf(slices: readonly Slice[], name: SliceFigure): Disparity | undefined {
  const known = slices.flatMap((slice) => {
    const value = figureOf(slice, name);
    return value === undefined ? [] : [{ slice: slice.name, value }];
  });
  if (known.length < 2) return undefined;
  const lowest = known.reduce((best, next) => (next.value < best.value ? next : best));
  const highest = known.reduce((best, next) => (next.value > best.value ? next : best));
  const ratio =
    highest.value === lowest.value ? 1 : Math.max(0, lowest.value) / Math.max(highest.value, Number.MIN_VALUE);
  return { lowest, highest, difference: highest.value - lowest.value, ratio };
}

const figureOf = (slice: Slice, name: SliceFigure): number | undefined =>
  rateNames.includes(name as RateName) ? slice[name as RateName] : slice.values[name as MetricName];

function odds({ truePositiveRate, falsePositiveRate }: Fairness["by"]): Fairness["equalizedOdds"] {
  if (truePositiveRate === undefined || falsePositiveRate === undefined) return undefined;
  return {
    difference: Math.max(truePositiveRate.difference, falsePositiveRate.difference),
    ratio: Math.min(truePositiveRate.ratio, falsePositiveRate.ratio),
  };
}
