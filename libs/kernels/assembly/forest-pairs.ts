// Cuts where a cell is a sum and a weight. By how much a cut lowers the variance, or the Gini impurity of two classes, is
// (S_left × W − S × W_left)² ÷ (W_left × W_right × W), but for a factor: one formula for both (Breiman et al. 1984).
import { bestDenominator, bestNumerator, keepCut } from "./forest-best";
import { cellOf, nothing, plus, sumOf, usedBin, weightOf } from "./forest-cells";
import { bestTotal, leastWeight, nodeTotal, sortKeys } from "./forest-task";

/** The left side of a cut that begins with nothing, or with the rows without a value. */
@inline
export function beginPair<Cell>(withMissing: bool): Cell {
  return withMissing ? load<Cell>(cellOf<Cell>(0)) : nothing<Cell>();
}

/** Tries the cuts behind the places from `from` to `last`; what goes left begins at `first`. */
export function scanPairs<Cell>(column: u32, begin: Cell, first: i32, from: i32, last: i32, missing: i32): void {
  const total = load<Cell>(nodeTotal);
  const sum = sumOf<Cell>(total);
  const weight = weightOf<Cell>(total);
  let left = begin;
  let numerator = bestNumerator;
  let denominator = bestDenominator;
  let found = -1;
  let foundLeft = begin;
  for (let place = first; place <= last; place++) {
    left = plus<Cell>(left, load<Cell>(cellOf<Cell>(usedBin(place))));
    const leftWeight = weightOf<Cell>(left);
    const rightWeight = weight - leftWeight;
    if (place < from || leftWeight < leastWeight) continue;
    if (rightWeight < leastWeight) break;
    const difference = sumOf<Cell>(left) * weight - sum * leftWeight;
    const squared = difference * difference;
    const product = leftWeight * rightWeight;
    if (squared * denominator <= numerator * product) continue;
    numerator = squared;
    denominator = product;
    found = place;
    foundLeft = left;
  }
  if (found < 0) return;
  keepCut(numerator, denominator, column, found, missing, weightOf<Cell>(foundLeft));
  store<Cell>(bestTotal, foundLeft);
}

/** By the mean response (Fisher 1958). */
export function rankByMean<Cell>(used: i32): void {
  for (let place = 0; place < used; place++) {
    const cell = load<Cell>(cellOf<Cell>(usedBin(place)));
    store<f64>(sortKeys + (<usize>place << 3), sumOf<Cell>(cell) / weightOf<Cell>(cell));
  }
}
