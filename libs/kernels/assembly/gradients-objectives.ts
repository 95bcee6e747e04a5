// First and second derivatives of the losses by the score, four rows at a time: gradient and hessian as float32 side by side.
import { gradients, labels, norms, quantile, rows, scoreCount, scores } from "./boosting-settings";

export const LOGISTIC = 0;
export const SOFTMAX = 1;
export const SQUARED = 2;
export const ABSOLUTE = 3;
export const QUANTILE = 4;

/** 2ˣ = 2ⁿ × 2ᶠ: the power by the exponent's bits, the rest, |f| ≤ ½, by a polynomial with an error of 2·10⁻⁷. */
@inline
function exponential(x: v128): v128 {
  const bounded = f32x4.max(f32x4.min(x, f32x4.splat(80)), f32x4.splat(-80));
  const power = f32x4.mul(bounded, f32x4.splat(1.4426950408889634));
  const whole = f32x4.nearest(power);
  const rest = f32x4.sub(power, whole);
  let sum = f32x4.add(f32x4.splat(0.00961813), f32x4.mul(rest, f32x4.splat(0.00133336)));
  sum = f32x4.add(f32x4.splat(0.05550411), f32x4.mul(rest, sum));
  sum = f32x4.add(f32x4.splat(0.24022651), f32x4.mul(rest, sum));
  sum = f32x4.add(f32x4.splat(0.69314718), f32x4.mul(rest, sum));
  sum = f32x4.add(f32x4.splat(1), f32x4.mul(rest, sum));
  return f32x4.mul(sum, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(whole), i32x4.splat(127)), 23));
}

@inline
function storePairs(row: i32, gradient: v128, hessian: v128): void {
  const place = gradients + (<usize>row << 3);
  v128.store(place, v128.shuffle<i32>(gradient, hessian, 0, 4, 1, 5));
  v128.store(place, v128.shuffle<i32>(gradient, hessian, 2, 6, 3, 7), 16);
}

@inline
function four(values: usize, row: i32): v128 {
  return v128.load(values + (<usize>row << 2));
}

/** The scores of one output lie together; a few more than rows, so that four can always be read. */
@inline
export function scoresOf(output: i32): usize {
  return scores + ((<usize>output * ((rows + 3) & ~3)) << 2);
}

export function logistic(first: i32, last: i32, values: usize): void {
  const one = f32x4.splat(1);
  for (let row = first; row < last; row += 4) {
    const share = f32x4.div(one, f32x4.add(one, exponential(f32x4.neg(four(values, row)))));
    storePairs(row, f32x4.sub(share, four(labels, row)), f32x4.mul(share, f32x4.sub(one, share)));
  }
}

/** The trees of a round all begin from the same scores: what they have in common is kept, as one number a row. */
export function keepNorms(first: i32, last: i32): void {
  for (let row = first; row < last; row += 4) {
    let most = four(scoresOf(0), row);
    for (let output = 1; output < scoreCount; output++) most = f32x4.max(most, four(scoresOf(output), row));
    let sum = f32x4.splat(0);
    for (let output = 0; output < scoreCount; output++) {
      sum = f32x4.add(sum, exponential(f32x4.sub(four(scoresOf(output), row), most)));
    }
    v128.store(norms + (<usize>row << 2), f32x4.add(most, logarithms(sum)));
  }
}

@inline
function logarithms(values: v128): v128 {
  let result = f32x4.splat(Mathf.log(f32x4.extract_lane(values, 0)));
  result = f32x4.replace_lane(result, 1, Mathf.log(f32x4.extract_lane(values, 1)));
  result = f32x4.replace_lane(result, 2, Mathf.log(f32x4.extract_lane(values, 2)));
  return f32x4.replace_lane(result, 3, Mathf.log(f32x4.extract_lane(values, 3)));
}

/** The hessian is raised by K / (K − 1), as Friedman (2001) has it, for the scores are one more than needed. */
export function softmax(first: i32, last: i32, values: usize, output: i32): void {
  const one = f32x4.splat(1);
  const factor = f32x4.splat(<f32>scoreCount / <f32>(scoreCount - 1));
  const own = f32x4.splat(<f32>output);
  for (let row = first; row < last; row += 4) {
    const share = f32x4.min(exponential(f32x4.sub(four(values, row), four(norms, row))), one);
    const is = v128.and(f32x4.eq(four(labels, row), own), one);
    storePairs(row, f32x4.sub(share, is), f32x4.mul(factor, f32x4.mul(share, f32x4.sub(one, share))));
  }
}

export function squared(first: i32, last: i32, values: usize): void {
  const one = f32x4.splat(1);
  for (let row = first; row < last; row += 4) storePairs(row, f32x4.sub(four(values, row), four(labels, row)), one);
}

/** Above the label the gradient is 1 − quantile, below it is −quantile, and at it 0; the median's is taken twice. */
export function pinball(first: i32, last: i32, values: usize, above: f32, below: f32): void {
  for (let row = first; row < last; row += 4) {
    const score = four(values, row);
    const label = four(labels, row);
    const isAbove = v128.and(f32x4.gt(score, label), f32x4.splat(above));
    const isBelow = v128.and(f32x4.lt(score, label), f32x4.splat(below));
    storePairs(row, v128.or(isAbove, isBelow), f32x4.splat(1));
  }
}

export function derive(objective: i32, first: i32, last: i32, output: i32): void {
  const values = scoresOf(output);
  if (objective == LOGISTIC) logistic(first, last, values);
  else if (objective == SOFTMAX) softmax(first, last, values, output);
  else if (objective == SQUARED) squared(first, last, values);
  else if (objective == ABSOLUTE) pinball(first, last, values, 1, -1);
  else pinball(first, last, values, <f32>(1 - quantile), <f32>-quantile);
}
