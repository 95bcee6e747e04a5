import { ProblemError } from "@millrace/contracts";

/** What it costs to predict one class where another is actual: `costs[actual][predicted]`. */
export type CostMatrix = readonly (readonly number[])[];

/** Of each row the class that is expected to cost least (Elkan 2001), of equal ones the first. */
export function cheapestClasses(probabilities: Float64Array, costs: CostMatrix): Int32Array {
  requireCosts(costs);
  const classes = costs.length;
  const predicted = new Int32Array(probabilities.length / classes);
  for (let row = 0; row < predicted.length; row++) {
    predicted[row] = cheapestClass(probabilities.subarray(row * classes, (row + 1) * classes), costs);
  }
  return predicted;
}

/** The same for one row; the costs are not checked again. */
export function cheapestClass(probabilities: Float64Array, costs: CostMatrix): number {
  let [best, least] = [0, Infinity];
  for (let predicted = 0; predicted < costs.length; predicted++) {
    let cost = 0;
    for (let actual = 0; actual < costs.length; actual++) cost += probabilities[actual]! * costs[actual]![predicted]!;
    if (cost < least) [best, least] = [predicted, cost];
  }
  return best;
}

/** With two classes and probabilities that are calibrated, from where on the positive one is expected to cost less. */
export const thresholdOfCosts = (costs: { readonly false_negative: number; readonly false_positive: number }): number =>
  costs.false_positive / (costs.false_positive + costs.false_negative);

export function requireCosts(costs: CostMatrix): void {
  const classes = costs.length;
  if (classes >= 2 && costs.every((row) => row.length === classes && row.every(Number.isFinite))) return;
  throw new ProblemError({
    code: "COSTS_INVALID",
    message: `the costs are ${classes} rows of ${[...new Set(costs.map((row) => row.length))].join(" or ")} numbers.`,
    remedy: "Give a row for each actual class and in it a number for each predicted class, 0 where both are the same.",
  });
}
