import { marginsOf, sum, type ConfusionMatrix } from "./confusion-matrix.js";

/** By how much more than chance actual and predicted agree (Cohen 1960); undefined where chance alone agrees fully. */
export function cohenKappa(matrix: ConfusionMatrix): number | undefined {
  const { hits, actual, predicted, total } = marginsOf(matrix);
  const chance = sum(actual.map((value, code) => value * predicted[code]!)) / total ** 2;
  return chance < 1 ? (sum(hits) / total - chance) / (1 - chance) : undefined;
}
