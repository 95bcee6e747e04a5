import type { ParameterRule } from "../models/parameters.js";
import { presentClasses } from "./class-sizes.js";
import { resamplerOf } from "./resample-rules.js";
import { refuse, requireClasses } from "./requirements.js";
import { unchanged } from "./resampled-rows.js";
import type { ResampleData } from "./resampler.js";

const weightsRule: ParameterRule = {
  default: "balanced",
  accepts: (given) =>
    given === "balanced" || (Array.isArray(given) && given.every((weight) => Number.isFinite(weight) && weight > 0)),
  expected: "balanced, or a list of numbers above 0, one for each class",
};

/** Leaves the rows as they are and lets those of small classes count more. */
export const classWeight = resamplerOf("class-weight", { weights: weightsRule }, (data, parameters) => {
  requireClasses(data);
  const wanted = parameters.weights as "balanced" | readonly number[];
  const factors = wanted === "balanced" ? balancedWeights(data) : givenWeights(wanted, data.classes);
  const weights = Float64Array.from(data.y, (code, row) => factors[code]! * (data.weights?.[row] ?? 1));
  return { ...unchanged(data), weights };
});

/** All classes together weigh the same: rows / (classes × rows of the class), as scikit-learn's "balanced". */
export function balancedWeights({ y, classes, weights }: ResampleData): Float64Array {
  const sums = new Float64Array(classes);
  y.forEach((code, row) => (sums[code]! += weights?.[row] ?? 1));
  const total = sums.reduce((sum, weight) => sum + weight, 0);
  const present = presentClasses({ y, classes }).length;
  return sums.map((sum) => (sum > 0 ? total / (present * sum) : 0));
}

function givenWeights(weights: readonly number[], classes: number): readonly number[] {
  if (weights.length === classes) return weights;
  refuse(
    "RESAMPLE_WEIGHTS_WRONG",
    `class-weight.weights has ${weights.length} numbers for ${classes} classes.`,
    "Give one for each class, in the order of the classes, or balanced.",
  );
}
