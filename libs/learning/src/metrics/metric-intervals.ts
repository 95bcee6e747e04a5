import { bootstrap, type Resampling } from "./bootstrap.js";
import { intervalOf, requireConfidence, type IntervalMethod } from "./bootstrap-interval.js";
import { delongInterval } from "./delong.js";
import { acceleration } from "./jackknife.js";
import { weightsOf } from "./measure.js";
import { measureOf, metricNames, rowsOfClass, type MetricName } from "./metrics.js";
import { columnOf } from "./multiclass-roc-auc.js";
import { positiveCode } from "./predicted-classes.js";
import type { Scored } from "./scored.js";

export type IntervalSettings = Pick<Resampling, "random" | "replicates" | "onProgress" | "signal"> & {
  readonly confidence?: number;
  readonly method?: IntervalMethod;
};

export interface MetricInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
  readonly method: IntervalMethod | "delong";
}

/**
 * How far each metric may be off: the ROC-AUC of two classes by DeLong's method, the others from resamples of the rows, all
 * from the same ones, in which each class keeps its size. A metric that has no value on these rows is left out.
 */
export function metricIntervals(
  scored: Scored,
  options: IntervalSettings & { readonly metrics?: readonly MetricName[] },
): Partial<Record<MetricName, MetricInterval>> {
  const { metrics = metricNames, confidence = 0.95 } = options;
  requireConfidence(confidence);
  const exact = metrics.filter((name) => isForDelong(name, scored));
  const resampled = metrics.filter((name) => !isForDelong(name, scored));
  const entries = exact.map((name) => [name, delongOf(scored, confidence)] as const);
  return Object.fromEntries([...entries, ...byResampling(scored, resampled, options)]);
}

function byResampling(scored: Scored, metrics: readonly MetricName[], options: IntervalSettings) {
  const { confidence = 0.95, method = "bca" } = options;
  const weights = weightsOf(scored.weights, scored.labels.length);
  const measured = metrics.flatMap((name) => {
    const measure = measureOf(name, scored);
    const value = measure(weights);
    return value === undefined ? [] : [{ name, measure, value }];
  });
  if (measured.length === 0) return [];
  const resampling = resamplingOf(scored, options);
  const measures = measured.map(({ measure }) => measure);
  return bootstrap(measures, resampling).map((replicates, index): readonly [MetricName, MetricInterval] => {
    const { name, measure, value } = measured[index]!;
    const found = intervalOf(replicates, { value, confidence, method }, () => acceleration(measure, resampling));
    const { low, high, standardError } = found;
    return [name, { value, low, high, standardError, method: found.method }];
  });
}

export const resamplingOf = (scored: Scored, options: IntervalSettings): Resampling => ({
  ...options,
  rows: scored.labels.length,
  strata: scored.labels,
  weights: scored.weights,
});

/** DeLong's method is for two classes of at least two rows each, all of which count the same. */
export function isForDelong(name: MetricName, scored: Scored): boolean {
  const positive = positiveCode(scored);
  if (name !== "roc_auc" || positive === undefined || scored.weights !== undefined) return false;
  const positives = rowsOfClass(scored.labels, positive).reduce((sum, mark) => sum + mark, 0);
  return positives >= 2 && scored.labels.length - positives >= 2;
}

/** The scores of the positive of two classes, and which rows are of it. */
export function positiveScores(scored: Scored): { isPositive: Uint8Array; scores: Float64Array } {
  const positive = positiveCode(scored)!;
  const scores = columnOf(scored.probabilities, scored.classes.length, positive);
  return { isPositive: rowsOfClass(scored.labels, positive), scores };
}

function delongOf(scored: Scored, confidence: number): MetricInterval {
  const { auc, ...found } = delongInterval(positiveScores(scored), confidence);
  return { value: auc, ...found, method: "delong" };
}
