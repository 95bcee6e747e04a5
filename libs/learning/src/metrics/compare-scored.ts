import { ProblemError } from "@millrace/contracts";
import type { IntervalMethod } from "./bootstrap-interval.js";
import { compareMeasures } from "./compare-measures.js";
import { delongTest } from "./delong.js";
import { isForDelong, positiveScores, resamplingOf, type IntervalSettings } from "./metric-intervals.js";
import { measureOf, type MetricName } from "./metrics.js";
import type { Scored } from "./scored.js";

export interface ScoredComparison {
  readonly first: number;
  readonly second: number;
  /** first − second, and its confidence interval. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
  /** How likely a difference like this one were if both models were equally good. */
  readonly pValue: number;
  readonly method: IntervalMethod | "delong";
}

/** Two models on the same rows: DeLong's test for the ROC-AUC of two classes, resamples of the rows for other metrics. */
export function compareScored(
  name: MetricName,
  { first, second }: { readonly first: Scored; readonly second: Scored },
  options: IntervalSettings,
): ScoredComparison {
  requireSameRows(first, second);
  if (isForDelong(name, first)) return byDelong(first, second, options.confidence);
  const measures = { first: measureOf(name, first), second: measureOf(name, second) };
  const found = compareMeasures(measures, { ...options, ...resamplingOf(first, options) });
  const { difference, low, high, standardError, pValue, method } = found;
  return { first: found.first, second: found.second, difference, low, high, standardError, pValue, method };
}

function byDelong(first: Scored, second: Scored, confidence?: number): ScoredComparison {
  const { isPositive, scores } = positiveScores(first);
  const found = delongTest({ isPositive, first: scores, second: positiveScores(second).scores }, confidence);
  const { difference, low, high, standardError, pValue } = found;
  return { first: found.first, second: found.second, difference, low, high, standardError, pValue, method: "delong" };
}

function requireSameRows(first: Scored, second: Scored): void {
  const same =
    first.labels.length === second.labels.length &&
    first.classes.join("\n") === second.classes.join("\n") &&
    first.labels.every((code, row) => code === second.labels[row]);
  if (same) return;
  throw new ProblemError({
    code: "PREDICTIONS_NOT_PAIRED",
    message: "the two models were not scored on the same rows with the same classes.",
    remedy: "Score both on the same rows, in the same order.",
  });
}
