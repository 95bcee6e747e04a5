// The gradient and the hessian of rows, as whole numbers in one i64: gradient × 2³² + hessian. One addition adds both, sums of whole numbers
// do not depend on their order, and so the tree does not depend on how many threads share the rows.
import { l1, l2, minGain, minHessian } from "./boosting-settings";

export let gradientScale: f64 = 1;
export let hessianScale: f64 = 1;
/** The rules in the units of the whole numbers. */
export let scaledL1: f64 = 0;
export let scaledL2: f64 = 0;
export let scaledMinHessian: f64 = 0;
export let scaledMinGain: f64 = 0;
/** What a gain, and what an output, in those units is worth. */
export let gainUnit: f64 = 1;
export let outputUnit: f64 = 1;

const MOST_GRADIENT: f64 = 2_147_000_000;
const MOST_HESSIAN: f64 = 4_294_000_000;

/** As fine as can be without any sum going over: each row may be rounded up by a half. */
export function chooseScales(sumOfGradients: f64, sumOfHessians: f64, rows: i32): void {
  gradientScale = scaleFor(sumOfGradients, MOST_GRADIENT - <f64>rows);
  hessianScale = scaleFor(sumOfHessians, MOST_HESSIAN - <f64>rows);
  gainUnit = hessianScale / (gradientScale * gradientScale);
  outputUnit = hessianScale / gradientScale;
  scaledL1 = l1 * gradientScale;
  scaledL2 = l2 * hessianScale;
  scaledMinHessian = minHessian * hessianScale;
  scaledMinGain = minGain / gainUnit;
}

/** A power of two: so it is the same for any order of the rows, and numbers are rounded once. */
function scaleFor(sum: f64, most: f64): f64 {
  return 2 ** Math.floor(Math.log2(most / max<f64>(sum, 1e-30)));
}

@inline
export function gradientOf(pair: i64): f64 {
  return <f64>(<i32>(pair >> 32));
}

@inline
export function hessianOf(pair: i64): f64 {
  return <f64>(<u32>pair);
}
