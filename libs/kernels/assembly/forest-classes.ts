// Cuts where a cell counts each of several classes. The Gini impurity (Breiman et al. 1984) is lowered most where
// Σ left² ÷ W_left + Σ right² ÷ W_right is greatest; the squares are added up as whole numbers.
import { isBetter, keepCut, keepLeftTotal } from "./forest-best";
import { cellOf, usedBin, Classes } from "./forest-cells";
import { cellBytes, direction, leastWeight, leftTotal, nodeTotal, outputs, sortKeys } from "./forest-task";

export function beginClasses(withMissing: bool): void {
  if (withMissing) memory.copy(leftTotal, cellOf<Classes>(0), cellBytes);
  else memory.fill(leftTotal, 0, cellBytes);
}

/** Tries the cuts behind the places from `from` to `last`; what goes left begins at `first`, beside what is there. */
export function scanClasses(column: u32, first: i32, from: i32, last: i32, missing: i32, weight: f64): void {
  for (let place = first; place <= last; place++) {
    moveLeft(cellOf<Classes>(usedBin(place)));
    const rightWeight = weight - leftWeight;
    if (place < from || leftWeight < leastWeight) continue;
    if (rightWeight < leastWeight) return;
    const numerator = leftSquares * rightWeight + rightSquares * leftWeight;
    const denominator = leftWeight * rightWeight;
    if (!isBetter(numerator, denominator)) continue;
    keepCut(numerator, denominator, column, place, missing, leftWeight);
    keepLeftTotal();
  }
}

let leftWeight: f64 = 0;
let leftSquares: f64 = 0;
let rightSquares: f64 = 0;

/** One more bin goes left: the weight there, and the sums of the squares on both sides. */
@inline
function moveLeft(cell: usize): void {
  let weights = i32x4.splat(0);
  let lefts = i64x2.splat(0);
  let rights = i64x2.splat(0);
  for (let at: usize = 0; at < cellBytes; at += 16) {
    const left = i32x4.add(v128.load(leftTotal + at), v128.load(cell + at));
    v128.store(leftTotal + at, left);
    weights = i32x4.add(weights, left);
    lefts = i64x2.add(lefts, squares(left));
    rights = i64x2.add(rights, squares(i32x4.sub(v128.load(nodeTotal + at), left)));
  }
  leftWeight = <f64>sumOfLanes(weights);
  leftSquares = <f64>(i64x2.extract_lane(lefts, 0) + i64x2.extract_lane(lefts, 1));
  rightSquares = <f64>(i64x2.extract_lane(rights, 0) + i64x2.extract_lane(rights, 1));
}

@inline
function squares(counts: v128): v128 {
  return i64x2.add(i64x2.extmul_low_i32x4_u(counts, counts), i64x2.extmul_high_i32x4_u(counts, counts));
}

@inline
function sumOfLanes(counts: v128): i32 {
  const two = i32x4.add(counts, i32x4.shuffle(counts, counts, 2, 3, 0, 1));
  return i32x4.extract_lane(two, 0) + i32x4.extract_lane(two, 1);
}

/** The sum of the squares of the node's classes: what the cuts have to be better than. */
export function nodeSquares(): f64 {
  let sums = i64x2.splat(0);
  for (let at: usize = 0; at < cellBytes; at += 16) sums = i64x2.add(sums, squares(v128.load(nodeTotal + at)));
  return <f64>(i64x2.extract_lane(sums, 0) + i64x2.extract_lane(sums, 1));
}

/** Rounds of power iteration: an order of categories is wanted, not digits. */
const ROUNDS: i32 = 8;

/** By the first principal component of the categories' shares of the classes (Coppersmith, Hong and Hosking 1999). */
export function rankByDirection(used: i32, weight: f64): void {
  beginDirection(used, weight);
  for (let round = 0; round < ROUNDS; round++) turnDirection(used, weight);
  for (let place = 0; place < used; place++) {
    store<f64>(sortKeys + (<usize>place << 3), along(cellOf<Classes>(usedBin(place)), weight));
  }
}

@inline
function countOf(cell: usize, label: i32): f64 {
  return <f64>load<u32>(cell + (<usize>label << 2));
}

@inline
function weightOfClasses(cell: usize): f64 {
  let sum: u32 = 0;
  for (let at: usize = 0; at < cellBytes; at += 4) sum += load<u32>(cell + at);
  return <f64>sum;
}

/** How far a category's shares lie from the node's along the direction. */
function along(cell: usize, weight: f64): f64 {
  const own = weightOfClasses(cell);
  let sum: f64 = 0;
  for (let label = 0; label < outputs; label++) {
    const share = countOf(cell, label) / own - countOf(nodeTotal, label) / weight;
    sum += share * load<f64>(direction + (<usize>label << 3));
  }
  return sum;
}

/** Adds a category's shares, less the node's, to a vector. */
function addShares(to: usize, cell: usize, weight: f64, factor: f64): void {
  const own = weightOfClasses(cell);
  for (let label = 0; label < outputs; label++) {
    const at = to + (<usize>label << 3);
    const share = countOf(cell, label) / own - countOf(nodeTotal, label) / weight;
    store<f64>(at, load<f64>(at) + share * factor);
  }
}

/** Begins with the category that lies farthest from the others. */
function beginDirection(used: i32, weight: f64): void {
  let farthest = 0;
  let most: f64 = -1;
  for (let place = 0; place < used; place++) {
    memory.fill(direction, 0, <usize>outputs << 3);
    const cell = cellOf<Classes>(usedBin(place));
    addShares(direction, cell, weight, 1);
    const far = along(cell, weight) * weightOfClasses(cell);
    if (far <= most) continue;
    most = far;
    farthest = place;
  }
  memory.fill(direction, 0, <usize>outputs << 3);
  addShares(direction, cellOf<Classes>(usedBin(farthest)), weight, 1);
}

/** One multiplication with the covariance of the shares, and back to a greatest component of 1. */
function turnDirection(used: i32, weight: f64): void {
  const next = direction + (<usize>outputs << 3);
  memory.fill(next, 0, <usize>outputs << 3);
  for (let place = 0; place < used; place++) {
    const cell = cellOf<Classes>(usedBin(place));
    addShares(next, cell, weight, along(cell, weight) * weightOfClasses(cell));
  }
  let most: f64 = 0;
  for (let label = 0; label < outputs; label++) most = max(most, abs(load<f64>(next + (<usize>label << 3))));
  if (most == 0) return;
  for (let label = 0; label < outputs; label++) {
    store<f64>(direction + (<usize>label << 3), load<f64>(next + (<usize>label << 3)) / most);
  }
}
