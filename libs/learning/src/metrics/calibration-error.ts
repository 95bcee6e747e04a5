import type { Numbers } from "../data/matrix.js";
import { presentSorted, quantile } from "../data/number-summary.js";
import { requireFinite, weightsOf, type Measure, type Weights } from "./measure.js";

export interface Forecast {
  /** The probability that was given to something, one a row. */
  readonly predicted: Numbers;
  /** 1 where it happened, 0 where not. */
  readonly happened: Uint8Array;
  readonly weights?: Weights;
  /** How many; 10 by default. */
  readonly bins?: number;
  /** Bins of the same width from 0 to 1, or of about the same count of rows. */
  readonly strategy?: "uniform" | "quantile";
}

export interface CalibrationBin {
  /** Probabilities above `from` (0 itself too) and up to `to`. */
  readonly from: number;
  readonly to: number;
  /** The sum of the weights, the count of rows where none are given. */
  readonly weight: number;
  readonly predicted: number;
  readonly observed: number;
}

/** What was predicted beside what happened, bin by bin without the empty ones: scikit-learn's calibration_curve. */
export const calibrationTable = (forecast: Forecast): CalibrationBin[] =>
  binned(forecast)(weightsOf(forecast.weights, forecast.predicted.length));

export interface CalibrationError {
  /** The weighted mean over the bins of |observed − predicted| (Naeini et al. 2015). */
  readonly expected: number;
  /** That of the worst bin. */
  readonly maximum: number;
}

export const calibrationError = (forecast: Forecast): CalibrationError => errorOf(calibrationTable(forecast));

/** The expected error as a function of the weights; the bins are found once. */
export function calibrationErrorMeasure(forecast: Forecast): Measure {
  const table = binned(forecast);
  return (weights) => errorOf(table(weights)).expected;
}

function errorOf(table: readonly CalibrationBin[]): CalibrationError {
  const total = table.reduce((sum, { weight }) => sum + weight, 0);
  const gaps = table.map(({ predicted, observed }) => Math.abs(observed - predicted));
  const expected = gaps.reduce((sum, gap, bin) => sum + gap * (table[bin]!.weight / total), 0);
  return { expected, maximum: Math.max(...gaps) };
}

function binned(forecast: Forecast): (weights: Weights) => CalibrationBin[] {
  const { predicted, happened } = forecast;
  requireFinite(predicted, "probability");
  const edges = edgesOf(forecast);
  const bins = new Uint32Array(predicted.length);
  for (let row = 0; row < bins.length; row++) bins[row] = binOf(edges, predicted[row]!);
  return (weights) => {
    const [sums, forecasts, events] = [0, 1, 2].map(() => new Float64Array(edges.length - 1)) as Float64Array[];
    for (let row = 0; row < bins.length; row++) {
      const bin = bins[row]!;
      sums![bin]! += weights[row]!;
      forecasts![bin]! += weights[row]! * predicted[row]!;
      events![bin]! += weights[row]! * happened[row]!;
    }
    return Array.from(sums!, (weight, bin) => ({
      ...{ from: edges[bin]!, to: edges[bin + 1]!, weight },
      ...{ predicted: forecasts![bin]! / weight, observed: events![bin]! / weight },
    })).filter(({ weight }) => weight > 0);
  };
}

function edgesOf({ predicted, bins = 10, strategy = "uniform" }: Forecast): number[] {
  const shares = Array.from({ length: bins + 1 }, (_, index) => index / bins);
  if (strategy === "uniform") return shares;
  const sorted = presentSorted(Float64Array.from(predicted));
  return shares.map((share) => quantile(sorted, share));
}

/** How many of the inner edges lie below the probability. */
function binOf(edges: readonly number[], probability: number): number {
  let [low, high] = [1, edges.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! < probability) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
