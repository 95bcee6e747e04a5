import { ProblemError } from "@millrace/contracts";
import type { Numbers } from "../data/matrix.js";

/** How much each row counts: 0 or more. */
export type Weights = Float64Array;

/**
 * A metric of given rows as a function of how much each of them counts; undefined where it has no value. What is costly,
 * such as sorting, is done once: a thousand resamples of the rows are a thousand weights.
 */
export type Measure = (weights: Weights) => number | undefined;

export const unitWeights = (rows: number): Weights => new Float64Array(rows).fill(1);

/** The weights, each 1 where none are given; what can't be a weight is refused. */
export function weightsOf(weights: Weights | undefined, rows: number): Weights {
  if (weights === undefined) return unitWeights(rows);
  const wrong = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (weights.length === rows && wrong < 0 && weights.some((weight) => weight > 0)) return weights;
  throw new ProblemError({
    code: "WEIGHTS_INVALID",
    message:
      weights.length !== rows
        ? `there are ${weights.length} weights for ${rows} rows.`
        : wrong >= 0
          ? `the weight of row ${wrong + 1} is ${weights[wrong]}.`
          : "every weight is 0.",
    remedy: "Give each row a weight that is 0 or more, and at least one that is not 0.",
  });
}

/** The weighted mean of a value that each row has. */
export const meanMeasure =
  (values: Float64Array): Measure =>
  (weights) => {
    let sum = 0;
    let total = 0;
    for (let row = 0; row < values.length; row++) {
      sum += weights[row]! * values[row]!;
      total += weights[row]!;
    }
    return total > 0 ? sum / total : undefined;
  };

/** NaN and ±Infinity have no place in an order and no mean. */
export function requireFinite(values: Numbers, what: string, perRow = 1): void {
  const index = values.findIndex((value: number) => !Number.isFinite(value));
  if (index < 0) return;
  throw new ProblemError({
    code: "SCORES_NOT_FINITE",
    message: `the ${what} of row ${Math.floor(index / perRow) + 1} is ${values[index]}.`,
    remedy: "Find out where the model makes it: a missing value that was not imputed, or numbers too large for it.",
  });
}
