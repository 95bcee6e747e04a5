import { marginsOf, sum, type ConfusionMatrix } from "./confusion-matrix.js";

/** The correlation of actual and predicted class, of two or more (Gorodkin 2004); 0 where either is always the same. */
export function matthewsCorrelation(matrix: ConfusionMatrix): number {
  const { hits, actual, predicted, total } = marginsOf(matrix);
  const products = (a: readonly number[], b: readonly number[]) => sum(a.map((value, code) => value * b[code]!));
  const together = sum(hits) * total - products(actual, predicted);
  const spread = (total ** 2 - products(predicted, predicted)) * (total ** 2 - products(actual, actual));
  return spread > 0 ? together / Math.sqrt(spread) : 0;
}
