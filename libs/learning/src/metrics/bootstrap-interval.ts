import { ProblemError } from "@millrace/contracts";
import { presentSorted, quantile, standardDeviation } from "../data/number-summary.js";
import { bootstrap, type Resampling } from "./bootstrap.js";
import { acceleration } from "./jackknife.js";
import { weightsOf, type Measure } from "./measure.js";
import { normalCdf } from "./normal-distribution.js";
import { normalQuantile } from "../data/normal-quantile.js";

export type IntervalMethod = "percentile" | "bca";

export interface Interval {
  /** On the rows themselves. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  readonly method: IntervalMethod;
  readonly standardError: number;
  /** How many resamples gave a value, and how many none, as where a class was not drawn. */
  readonly replicates: number;
  readonly undefinedReplicates: number;
}

export type IntervalOptions = Resampling & { readonly confidence?: number; readonly method?: IntervalMethod };

/** How far the measure may be off, from resamples; BCa corrects for bias and skewness. undefined where it has no value. */
export function bootstrapInterval(measure: Measure, options: IntervalOptions): Interval | undefined {
  const { confidence = 0.95, method = "bca" } = options;
  requireConfidence(confidence);
  const value = measure(weightsOf(options.weights, options.rows));
  if (value === undefined) return undefined;
  const values = bootstrap([measure], options)[0]!;
  const skew = () => acceleration(measure, options);
  return { value, confidence, ...intervalOf(values, { value, confidence, method }, skew) };
}

/** The interval that resampled values give. */
export function intervalOf(
  values: Float64Array,
  { value, confidence, method }: { value: number; confidence: number; method: IntervalMethod },
  skew: () => number,
) {
  const sorted = presentSorted(values);
  if (sorted.length === 0) throw withoutValues(values.length);
  const shares = [(1 - confidence) / 2, (1 + confidence) / 2];
  const bias = method === "bca" ? biasOf(sorted, value) : Infinity;
  // Where all resamples lie on one side of the value nothing can be corrected.
  const corrected = Number.isFinite(bias) ? correctedShares(shares, bias, skew()) : shares;
  const [low, high] = corrected.map((share) => quantile(sorted, share));
  return {
    ...{ low: low!, high: high!, method: Number.isFinite(bias) ? ("bca" as const) : ("percentile" as const) },
    standardError: standardDeviation(sorted) * Math.sqrt(sorted.length / Math.max(1, sorted.length - 1)),
    replicates: sorted.length,
    undefinedReplicates: values.length - sorted.length,
  };
}

/** How far the value lies from the middle of the resampled ones, in standard normal units. */
function biasOf(sorted: Float64Array, value: number): number {
  const below = sorted.filter((resampled) => resampled < value).length;
  const upTo = sorted.filter((resampled) => resampled <= value).length;
  const share = (below + upTo) / (2 * sorted.length);
  return share > 0 && share < 1 ? normalQuantile(share) : Infinity;
}

/** Efron, Better bootstrap confidence intervals, 1987. */
const correctedShares = (shares: readonly number[], bias: number, skew: number): number[] =>
  shares.map((share) => {
    const z = bias + normalQuantile(share);
    return normalCdf(bias + z / (1 - skew * z));
  });

export function requireConfidence(confidence: number): void {
  if (confidence > 0 && confidence < 1) return;
  throw new ProblemError({
    code: "CONFIDENCE_INVALID",
    message: `a confidence of ${confidence} is not between 0 and 1.`,
    remedy: "0.95 is usual.",
  });
}

const withoutValues = (replicates: number): ProblemError =>
  new ProblemError({
    code: "METRIC_UNDEFINED",
    message: `the metric has no value on any of ${replicates} resamples.`,
    remedy: "Give the classes as strata, so that each resample has rows of all of them.",
  });
