// The leaf whose split is searched: its sums, what a side needs, what a side gains. All in the units of the whole numbers.
import { minRows, monotone } from "./boosting-settings";
import { gradientOf, hessianOf, scaledL1, scaledL2, scaledMinHessian } from "./gradients-pair";

export let leafPair: i64 = 0;
export let leafGradient: f64 = 0;
export let leafHessian: f64 = 0;
export let leafRows: f64 = 0;
/** The least hessian of a side. */
export let leastHessian: f64 = 0;
export let rowsPerHessian: f64 = 0;
/** Between these must all outputs under the leaf be, where a monotone constraint above it says so. */
let lowest: f64 = -Infinity;
let highest: f64 = Infinity;

export function searchLeaf(pair: i64, rows: f64, lower: f64, upper: f64): void {
  leafPair = pair;
  leafGradient = gradientOf(pair);
  leafHessian = hessianOf(pair);
  leafRows = rows;
  rowsPerHessian = rows / max<f64>(leafHessian, 1);
  leastHessian = max<f64>(1, scaledMinHessian);
  lowest = lower;
  highest = upper;
}

/** How many rows a bin has is told by its share of the hessian, rounded, as LightGBM does: a histogram holds no counts. */
@inline
export function rowsOfBin(pair: i64): f64 {
  return nearest<f64>(hessianOf(pair) * rowsPerHessian);
}

/** What rounding took from the rows of these bins: a scan that counts from the right finds them on the left. */
export function rowsBesides(histogram: usize, bins: i32): f64 {
  let rows = leafRows;
  for (let bin = 1; bin < bins; bin++) rows -= rowsOfBin(load<i64>(histogram + (<usize>bin << 3)));
  return rows;
}

@inline
export function hasEnough(left: i64, leftRows: f64): bool {
  const hessian = hessianOf(left);
  if (hessian < leastHessian || leafHessian - hessian < leastHessian) return false;
  return leftRows >= minRows && leafRows - leftRows >= minRows;
}

/** Soft thresholding by L1. */
@inline
function shrunk(gradient: f64): f64 {
  const size = max<f64>(Math.abs(gradient) - scaledL1, 0);
  return gradient < 0 ? -size : size;
}

export function outputOf(gradient: f64, hessian: f64, extraL2: f64, lower: f64, upper: f64): f64 {
  const weight = hessian + scaledL2 + extraL2;
  if (!(weight > 0)) return 0;
  return min<f64>(max<f64>(-shrunk(gradient) / weight, lower), upper);
}

/** By how much the best output of these rows lowers their loss, twice; with an output that is bounded it is less. */
export function gainOfSide(gradient: f64, hessian: f64, extraL2: f64): f64 {
  const left = shrunk(gradient);
  const weight = hessian + scaledL2 + extraL2;
  if (monotone == 0) return weight > 0 ? (left * left) / weight : 0;
  const output = outputOf(gradient, hessian, extraL2, lowest, highest);
  return -(2 * left * output + weight * output * output);
}

export function gainOfSplit(left: i64, extraL2: f64): f64 {
  const gradient = gradientOf(left);
  const hessian = hessianOf(left);
  return gainOfSide(gradient, hessian, extraL2) + gainOfSide(leafGradient - gradient, leafHessian - hessian, extraL2);
}

/** Whether the outputs rise (direction 1) or fall (−1) from left to right as they should, or are equal. */
export function keepsDirection(left: i64, direction: i32): bool {
  if (direction == 0) return true;
  const gradient = gradientOf(left);
  const hessian = hessianOf(left);
  const leftOutput = outputOf(gradient, hessian, 0, lowest, highest);
  const rightOutput = outputOf(leafGradient - gradient, leafHessian - hessian, 0, lowest, highest);
  return direction > 0 ? leftOutput <= rightOutput : leftOutput >= rightOutput;
}

/** What the leaf gains without a split: only more than this is worth one. Its bounds are left out, as LightGBM does. */
export function gainOfLeaf(): f64 {
  const left = shrunk(leafGradient);
  const weight = leafHessian + scaledL2;
  return weight > 0 ? (left * left) / weight : 0;
}
