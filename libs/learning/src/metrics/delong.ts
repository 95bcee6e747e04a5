import { ProblemError } from "@millrace/contracts";
import type { Numbers } from "../data/matrix.js";
import { normalQuantile } from "../data/normal-quantile.js";
import { twoSided } from "./normal-distribution.js";
import { rankingOf } from "./ranking.js";

export interface AucInterval {
  readonly auc: number;
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
}

/** The ROC-AUC and its confidence interval without resampling (DeLong, DeLong & Clarke-Pearson 1988). */
export function delongInterval(
  { isPositive, scores }: { readonly isPositive: Uint8Array; readonly scores: Numbers },
  confidence = 0.95,
): AucInterval {
  const parts = placements(isPositive, scores);
  const standardError = Math.sqrt(covariance(parts, parts));
  const reach = normalQuantile((1 + confidence) / 2) * standardError;
  const { auc } = parts;
  return { auc, standardError, low: Math.max(0, auc - reach), high: Math.min(1, auc + reach) };
}

export interface AucComparison {
  readonly first: number;
  readonly second: number;
  /** first − second. */
  readonly difference: number;
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
  readonly z: number;
  /** The chance of a difference at least as large, on either side, if both were equal. */
  readonly pValue: number;
}

/** Whether one of two models that scored the same rows has the higher ROC-AUC: DeLong's test for correlated curves. */
export function delongTest(
  { isPositive, first, second }: { readonly isPositive: Uint8Array; readonly first: Numbers; readonly second: Numbers },
  confidence = 0.95,
): AucComparison {
  const [a, b] = [placements(isPositive, first), placements(isPositive, second)];
  const difference = a.auc - b.auc;
  const variance = covariance(a, a) + covariance(b, b) - 2 * covariance(a, b);
  // What is left of the variance of two models that rank alike is rounding.
  const standardError = variance > VARIANCE_ROUNDING ? Math.sqrt(variance) : 0;
  const z = standardError > 0 ? difference / standardError : 0;
  const reach = normalQuantile((1 + confidence) / 2) * standardError;
  const bounds = { low: difference - reach, high: difference + reach };
  return { first: a.auc, second: b.auc, difference, standardError, ...bounds, z, pValue: twoSided(z) };
}

const VARIANCE_ROUNDING = 1e-20;

interface Placements {
  readonly auc: number;
  /** Of each positive: the share of the negatives below it, a tie counting half. */
  readonly positives: Float64Array;
  /** Of each negative: the share of the positives above it. */
  readonly negatives: Float64Array;
}

/** All of them from one sort, as differences of midranks (Sun & Xu 2014): here the ranks among the other class directly. */
function placements(isPositive: Uint8Array, scores: Numbers): Placements {
  const { order, ends } = rankingOf(scores);
  const placeOf = new Uint32Array(scores.length);
  const counts = countRows(isPositive, scores.length, placeOf);
  const [positives, negatives] = [new Float64Array(counts.positives), new Float64Array(counts.negatives)];
  let [positivesBelow, negativesBelow] = [0, 0];
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (ends[end++] === 0);
    let tied = 0;
    for (let index = start; index < end; index++) tied += isPositive[order[index]!]!;
    const positiveShare = (negativesBelow + (end - start - tied) / 2) / counts.negatives;
    const negativeShare = 1 - (positivesBelow + tied / 2) / counts.positives;
    for (let index = start; index < end; index++) {
      const row = order[index]!;
      if (isPositive[row] === 1) positives[placeOf[row]!] = positiveShare;
      else negatives[placeOf[row]!] = negativeShare;
    }
    positivesBelow += tied;
    negativesBelow += end - start - tied;
  }
  return { auc: mean(positives), positives, negatives };
}

/** Numbers the rows within their class, so that the placements by two scores can be paired. */
function countRows(isPositive: Uint8Array, rows: number, placeOf: Uint32Array) {
  let [positives, negatives] = [0, 0];
  for (let row = 0; row < rows; row++) placeOf[row] = isPositive[row] === 1 ? positives++ : negatives++;
  if (positives >= 2 && negatives >= 2 && isPositive.length === rows) return { positives, negatives };
  throw new ProblemError({
    code: "AUC_INTERVAL_UNDEFINED",
    message: `there are ${positives} positive and ${negatives} negative of ${isPositive.length} rows with ${rows} scores.`,
    remedy: "Give a score for each row, and at least two rows of either class.",
  });
}

const covariance = (a: Placements, b: Placements): number =>
  sampleCovariance(a.positives, b.positives) / a.positives.length +
  sampleCovariance(a.negatives, b.negatives) / a.negatives.length;

function sampleCovariance(a: Float64Array, b: Float64Array): number {
  const [centerA, centerB] = [mean(a), mean(b)];
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index]! - centerA) * (b[index]! - centerB);
  return sum / (a.length - 1);
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return sum / values.length;
}
