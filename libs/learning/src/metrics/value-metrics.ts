import { ProblemError } from "@millrace/contracts";
import { ascendingOrder } from "../data/ascending-order.js";
import { meanMeasure, requireFinite, weightsOf, type Measure, type Weights } from "./measure.js";

export const valueMetricNames = ["mae", "rmse", "r2", "mape", "median_absolute_error", "pinball"] as const;
export type ValueMetricName = (typeof valueMetricNames)[number];

/** The values of a regression and what was predicted. */
export interface Valued {
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
  readonly weights?: Weights;
  /** Which quantile `pinball` is about; 0.5 by default, where it is half of the mean absolute error. */
  readonly quantile?: number;
}

export interface ValueEvaluation {
  readonly values: Partial<Record<ValueMetricName, number>>;
  readonly omitted: Partial<Record<ValueMetricName, string>>;
}

/** All metrics of a regression, as scikit-learn has them; one that is not defined is left out. */
export const evaluateValues = (valued: Valued): Record<string, number> =>
  evaluateValuesWithReasons(valued).values as Record<string, number>;

export function evaluateValuesWithReasons(valued: Valued): ValueEvaluation {
  const weights = weightsOf(valued.weights, valued.actual.length);
  const values: Partial<Record<ValueMetricName, number>> = {};
  const omitted: Partial<Record<ValueMetricName, string>> = {};
  for (const name of valueMetricNames) {
    const value = valueMeasureOf(name, valued)(weights);
    if (value === undefined) omitted[name] = reasons[name] ?? "it has no value on these rows.";
    else values[name] = value;
  }
  return { values, omitted };
}

const reasons: Partial<Record<ValueMetricName, string>> = {
  r2: "every row has the same actual value, so there is nothing to explain.",
  mape: "the actual value of a row is 0, so no error is a share of it.",
};

/** One of the metrics as a function of the weights of the rows. */
export function valueMeasureOf(name: ValueMetricName, valued: Valued): Measure {
  requireValued(valued);
  return measures[name](valued);
}

const absoluteErrors = ({ actual, predicted }: Valued): Float64Array =>
  actual.map((value, row) => Math.abs(value - predicted[row]!));

const measures: Readonly<Record<ValueMetricName, (valued: Valued) => Measure>> = {
  mae: (valued) => meanMeasure(absoluteErrors(valued)),
  rmse: (valued) => rootMeasure(meanMeasure(absoluteErrors(valued).map((error) => error * error))),
  r2: r2Measure,
  mape: mapeMeasure,
  median_absolute_error: (valued) => medianMeasure(absoluteErrors(valued)),
  pinball: (valued) => meanMeasure(pinballLosses(valued)),
};

const rootMeasure =
  (measure: Measure): Measure =>
  (weights) => {
    const value = measure(weights);
    return value === undefined ? undefined : Math.sqrt(value);
  };

/** The share of the spread around the mean that is explained. */
function r2Measure({ actual, predicted }: Valued): Measure {
  const meanOf = meanMeasure(actual);
  return (weights) => {
    const center = meanOf(weights) ?? NaN;
    let [error, spread] = [0, 0];
    let [least, most] = [Infinity, -Infinity];
    for (let row = 0; row < actual.length; row++) {
      if (weights[row] === 0) continue;
      error += weights[row]! * (actual[row]! - predicted[row]!) ** 2;
      spread += weights[row]! * (actual[row]! - center) ** 2;
      least = Math.min(least, actual[row]!);
      most = Math.max(most, actual[row]!);
    }
    return most > least ? 1 - error / spread : undefined;
  };
}

function mapeMeasure(valued: Valued): Measure {
  const shares = absoluteErrors(valued).map((error, row) => error / Math.abs(valued.actual[row]!));
  const mean = meanMeasure(shares.map((share) => (Number.isFinite(share) ? share : 0)));
  const onZero = valued.actual.map((value) => (value === 0 ? 1 : 0));
  return (weights) => (onZero.some((zero, row) => zero * weights[row]! > 0) ? undefined : mean(weights));
}

/** Half of the weight lies below it; where it falls between two values, the middle of them. */
function medianMeasure(values: Float64Array): Measure {
  const order = ascendingOrder(values);
  return (weights) => {
    const half = weights.reduce((sum, weight) => sum + weight, 0) / 2;
    let below = 0;
    for (let index = 0; index < order.length; index++) {
      below += weights[order[index]!]!;
      if (below < half || half === 0) continue;
      const value = values[order[index]!]!;
      if (below > half) return value;
      const next = order.subarray(index + 1).find((row) => weights[row]! > 0);
      return next === undefined ? value : (value + values[next]!) / 2;
    }
    return undefined;
  };
}

/** What is predicted too low costs the quantile, what is too high the rest of 1 (Koenker & Bassett 1978). */
const pinballLosses = ({ actual, predicted, quantile = 0.5 }: Valued): Float64Array =>
  actual.map((value, row) => {
    const error = value - predicted[row]!;
    return error >= 0 ? quantile * error : (quantile - 1) * error;
  });

function requireValued({ actual, predicted }: Valued): void {
  requireFinite(actual, "actual value");
  requireFinite(predicted, "predicted value");
  if (actual.length > 0 && actual.length === predicted.length) return;
  throw new ProblemError({
    code: "VALUES_INVALID",
    message: `${actual.length} actual and ${predicted.length} predicted values do not fit.`,
    remedy: "Give at least one row, and both values of each.",
  });
}
