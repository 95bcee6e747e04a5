// The best threshold of a column of numbers, two bins at a time; missing values are tried on both sides where there are any.
import { minRows } from "./boosting-settings";
import { keepSplit, MISSING_LEFT } from "./split-candidate";
import { hessianOf, scaledL1, scaledL2 } from "./gradients-pair";
import {
  gainOfSplit, hasEnough, keepsDirection, leafGradient, leafHessian, leafRows, leastHessian, rowsBesides, rowsOfBin, rowsPerHessian,
} from "./split-leaf";

/** In a leaf of fewer rows many bins are empty, and it pays to look whether they are. */
const SPARSE_ROWS: f64 = 1000;

/** The best bin of the last scan, and what it gains. */
let foundBin = 0;
let foundGain: f64 = 0;

export function searchNumbers(histogram: usize, column: i32, bins: i32, candidate: usize): void {
  const missing = load<i64>(histogram);
  const others = rowsBesidesPairs(histogram, bins);
  scan(histogram, bins, missing, others, load<f64>(candidate));
  if (foundBin > 0) keepThreshold(histogram, column, candidate, missing, missing == 0);
  if (missing == 0) return;
  scan(histogram, bins, 0, 0, load<f64>(candidate));
  if (foundBin > 0) keepThreshold(histogram, column, candidate, 0, false);
}

/** Where nothing was missing in the rows that were learned from, a missing value goes with the most of them. */
function keepThreshold(histogram: usize, column: i32, candidate: usize, missingLeft: i64, noneMissing: bool): void {
  let left = missingLeft;
  for (let bin = 1; bin <= foundBin; bin++) left += load<i64>(histogram + (<usize>bin << 3));
  const goesLeft = noneMissing ? hessianOf(left) * 2 > leafHessian : missingLeft != 0;
  keepSplit(candidate, foundGain, left, column, foundBin, goesLeft ? MISSING_LEFT : 0, 0);
}

/** Halves of two i64 as two f64: the gradients are the upper halves, the hessians the lower ones. */
@inline
function gradientsOf(pairs: v128): v128 {
  return f64x2.convert_low_i32x4_s(v128.shuffle<i32>(pairs, pairs, 1, 3, 1, 3));
}

@inline
function hessiansOf(pairs: v128): v128 {
  return f64x2.convert_low_i32x4_u(v128.shuffle<i32>(pairs, pairs, 0, 2, 0, 2));
}

@inline
function squareShrunk(gradients: v128, by: v128): v128 {
  const size = f64x2.pmax(f64x2.sub(f64x2.abs(gradients), by), f64x2.splat(0));
  return f64x2.mul(size, size);
}

/** What is equal for all bins of a leaf. */
let l1: v128 = f64x2.splat(0);
let l2: v128 = f64x2.splat(0);
let allGradients: v128 = f64x2.splat(0);
let allHessians: v128 = f64x2.splat(0);
let least: v128 = f64x2.splat(0);
let allRows: v128 = f64x2.splat(0);
let leastRows: v128 = f64x2.splat(0);
let perHessian: v128 = f64x2.splat(0);

export function prepareNumbers(): void {
  l1 = f64x2.splat(scaledL1);
  l2 = f64x2.splat(scaledL2);
  allGradients = f64x2.splat(leafGradient);
  allHessians = f64x2.splat(leafHessian);
  least = f64x2.splat(leastHessian);
  allRows = f64x2.splat(leafRows);
  leastRows = f64x2.splat(minRows);
  perHessian = f64x2.splat(rowsPerHessian);
}

@inline
function rowsOfPairs(pairs: v128): v128 {
  return f64x2.nearest(f64x2.mul(hessiansOf(pairs), perHessian));
}

/** `rowsBesides`, two bins at a time. */
function rowsBesidesPairs(histogram: usize, bins: i32): f64 {
  let rows = f64x2.splat(0);
  const end = histogram + (<usize>bins << 3);
  for (let place = histogram + 8; place < end; place += 16) rows = f64x2.add(rows, rowsOfPairs(v128.load(place)));
  return leafRows - f64x2.extract_lane(rows, 0) - f64x2.extract_lane(rows, 1);
}

/** Running sums: two bins' on top of what was before. */
@inline
function sumsWith(before: v128, pairs: v128): v128 {
  return i64x2.add(before, i64x2.add(pairs, v128.shuffle<i64>(i64x2.splat(0), pairs, 0, 2)));
}

@inline
function rowsWith(before: v128, pairs: v128): v128 {
  const rows = rowsOfPairs(pairs);
  return f64x2.add(before, f64x2.add(rows, v128.shuffle<i64>(i64x2.splat(0), rows, 0, 2)));
}

@inline
function secondTwice(two: v128): v128 {
  return v128.shuffle<i64>(two, two, 1, 1);
}

/** Σ over both sides of gradient² / hessian, as one fraction; 0 where a side has not enough. */
@inline
function gainsOf(sums: v128, rows: v128): v128 {
  const left = hessiansOf(sums);
  const right = f64x2.sub(allHessians, left);
  const gradient = gradientsOf(sums);
  const leftWeight = f64x2.add(left, l2);
  const rightWeight = f64x2.add(right, l2);
  const leftPart = f64x2.mul(squareShrunk(gradient, l1), rightWeight);
  const rightPart = f64x2.mul(squareShrunk(f64x2.sub(allGradients, gradient), l1), leftWeight);
  const gain = f64x2.div(f64x2.add(leftPart, rightPart), f64x2.mul(leftWeight, rightWeight));
  const enough = v128.and(f64x2.ge(left, least), f64x2.ge(right, least));
  const enoughRows = v128.and(f64x2.ge(rows, leastRows), f64x2.ge(f64x2.sub(allRows, rows), leastRows));
  return v128.and(gain, v128.and(enough, enoughRows));
}

/**
 * Finds the best bin, where it is better than `floor`; `begin` and `beginRows` are on the left before the first bin. Most columns
 * are worse, so first only the gain is looked for. The bin behind the last one is 0: an odd count of bins does not matter.
 */
function scan(histogram: usize, bins: i32, begin: i64, beginRows: f64, floor: f64): void {
  foundBin = 0;
  const end = histogram + (<usize>bins << 3);
  let before = i64x2.splat(begin);
  let rowsBefore = f64x2.splat(beginRows);
  let best = f64x2.splat(0);
  const first = histogram + 8;
  const isSparse = leafRows < SPARSE_ROWS;
  for (let place = first; place < end; place += 16) {
    const pairs = v128.load(place);
    // A cut behind empty bins is the cut before them.
    if (isSparse && place != first && !v128.any_true(pairs)) continue;
    const sums = sumsWith(before, pairs);
    const rows = rowsWith(rowsBefore, pairs);
    before = secondTwice(sums);
    rowsBefore = secondTwice(rows);
    best = f64x2.pmax(best, gainsOf(sums, rows));
  }
  foundGain = max<f64>(f64x2.extract_lane(best, 0), f64x2.extract_lane(best, 1));
  if (foundGain > max<f64>(floor, 0)) findBin(histogram, end, begin, beginRows);
}

/** The first bin that has the found gain: the same sums give the same number again. */
function findBin(histogram: usize, end: usize, begin: i64, beginRows: f64): void {
  let before = i64x2.splat(begin);
  let rowsBefore = f64x2.splat(beginRows);
  for (let place = histogram + 8; place < end; place += 16) {
    const pairs = v128.load(place);
    const sums = sumsWith(before, pairs);
    const rows = rowsWith(rowsBefore, pairs);
    before = secondTwice(sums);
    rowsBefore = secondTwice(rows);
    const gains = gainsOf(sums, rows);
    if (!v128.any_true(f64x2.eq(gains, f64x2.splat(foundGain)))) continue;
    foundBin = <i32>((place - histogram) >> 3) + <i32>(f64x2.extract_lane(gains, 0) != foundGain);
    return;
  }
}

/** The same where outputs are bounded or must go one way: such gains come of the outputs, one bin at a time. */
export function searchMonotone(histogram: usize, column: i32, bins: i32, candidate: usize, direction: i32): void {
  const missing = load<i64>(histogram);
  scanMonotone(histogram, bins, missing, rowsBesides(histogram, bins), direction, candidate);
  if (foundBin > 0) keepThreshold(histogram, column, candidate, missing, missing == 0);
  if (missing == 0) return;
  scanMonotone(histogram, bins, 0, 0, direction, candidate);
  if (foundBin > 0) keepThreshold(histogram, column, candidate, 0, false);
}

function scanMonotone(
  histogram: usize, bins: i32, begin: i64, beginRows: f64, direction: i32, candidate: usize,
): void {
  let left = begin;
  let leftRows = beginRows;
  foundBin = 0;
  foundGain = load<f64>(candidate);
  for (let bin = 1; bin < bins; bin++) {
    const pair = load<i64>(histogram + (<usize>bin << 3));
    left += pair;
    leftRows += rowsOfBin(pair);
    if (!hasEnough(left, leftRows)) continue;
    const gain = gainOfSplit(left, 0);
    if (gain > foundGain && keepsDirection(left, direction)) {
      foundGain = gain;
      foundBin = bin;
    }
  }
}
