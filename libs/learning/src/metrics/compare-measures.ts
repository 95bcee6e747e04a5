import { ProblemError } from "@millrace/contracts";
import { bootstrap, type Resampling } from "./bootstrap.js";
import { intervalOf, requireConfidence, type IntervalMethod } from "./bootstrap-interval.js";
import { acceleration } from "./jackknife.js";
import { weightsOf, type Measure } from "./measure.js";

export interface Comparison {
  readonly first: number;
  readonly second: number;
  /** first − second, and its confidence interval. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  readonly method: IntervalMethod;
  readonly standardError: number;
  /** Twice the share of resamples on the rarer side of 0, never quite 0 (Davison & Hinkley 1997, 4.2). */
  readonly pValue: number;
  readonly replicates: number;
  readonly undefinedReplicates: number;
}

/** Two models on the same rows by any metric: both are measured on the same resamples, so what they share cancels out. */
export function compareMeasures(
  { first, second }: { readonly first: Measure; readonly second: Measure },
  options: Resampling & { readonly confidence?: number; readonly method?: IntervalMethod },
): Comparison {
  const { confidence = 0.95, method = "bca" } = options;
  requireConfidence(confidence);
  const weights = weightsOf(options.weights, options.rows);
  const [a, b] = [first(weights), second(weights)];
  if (a === undefined || b === undefined) throw undefinedOnRows();
  const [firsts, seconds] = bootstrap([first, second], options) as [Float64Array, Float64Array];
  const differences = firsts.map((value, index) => value - seconds[index]!);
  const skew = () => acceleration(differenceOf(first, second), options);
  const interval = intervalOf(differences, { value: a - b, confidence, method }, skew);
  return { first: a, second: b, difference: a - b, confidence, ...interval, pValue: pValueOf(differences) };
}

const differenceOf =
  (first: Measure, second: Measure): Measure =>
  (weights) => {
    const [a, b] = [first(weights), second(weights)];
    return a === undefined || b === undefined ? undefined : a - b;
  };

function pValueOf(differences: Float64Array): number {
  const defined = differences.filter((value) => !Number.isNaN(value));
  const notAbove = defined.filter((value) => value <= 0).length;
  const notBelow = defined.filter((value) => value >= 0).length;
  return Math.min(1, (2 * (Math.min(notAbove, notBelow) + 1)) / (defined.length + 1));
}

const undefinedOnRows = (): ProblemError =>
  new ProblemError({
    code: "METRIC_UNDEFINED",
    message: "the metric has no value on these rows for one of the models.",
    remedy: "Compare on rows of every class.",
  });
