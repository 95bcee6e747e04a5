// The best cut of a node that has been found so far, and how it is made a question: a bin up to which rows go left, or a set
// of bins that go left.
import {
  bestTotal,
  bounds,
  categorical,
  copyTotal,
  leftBins,
  leftTotal,
  randomCuts,
  usedBins,
} from "./forest-task";
import { drawnCut, LAST_BIN } from "./forest-random-cuts";

/** What a cut does with missing values: where the node has none, they go with the heavier side. */
export const MISSING_RIGHT: i32 = 0;
export const MISSING_LEFT: i32 = 1;
export const NONE_MISSING: i32 = 2;

/** How good it is, as a fraction: so no cut needs a division. */
export let bestNumerator: f64 = -1;
export let bestDenominator: f64 = 1;
export let bestColumn: i32 = -1;
export let bestWeight: f64 = 0;
let bestPlace: i32 = 0;
let bestMissing: i32 = NONE_MISSING;
/** Rows go left whose bin is this one or below; for a column of categories `leftBins` says which. */
export let cutBin: u32 = 0;
export let missingGoesLeft: bool = false;

/** A cut without any gain is better than none: only it may lead to one. */
export function forgetBest(): void {
  bestNumerator = -1;
  bestDenominator = 1;
  bestColumn = -1;
}

@inline
export function isBetter(numerator: f64, denominator: f64): bool {
  return numerator * bestDenominator > bestNumerator * denominator;
}

@inline
export function keepCut(numerator: f64, denominator: f64, column: i32, place: i32, missing: i32, weight: f64): void {
  bestNumerator = numerator;
  bestDenominator = denominator;
  bestColumn = column;
  bestPlace = place;
  bestMissing = missing;
  bestWeight = weight;
}

/** The classes on the left of a cut that is kept. */
export function keepLeftTotal(): void {
  copyTotal(bestTotal, leftTotal);
}

@inline
export function isCategorical(column: u32): bool {
  return load<u8>(categorical + <usize>column) != 0;
}

/** To be called while the column's used bins are still listed, when one of its cuts has become the best. */
export function rememberQuestion(column: u32, used: i32, nodeWeight: f64): void {
  if (isCategorical(column)) return rememberSet(used, nodeWeight);
  const bin = <u32>load<u8>(usedBins + <usize>bestPlace);
  const isLast = bestPlace + 1 == used;
  rememberCut(column, bin, isLast ? LAST_BIN + 1 : <u32>load<u8>(usedBins + <usize>bestPlace, 1), nodeWeight);
}

@inline
function leftIsHeavier(nodeWeight: f64): bool {
  return bestWeight * 2 >= nodeWeight;
}

/** A cut between a used bin and the next one; behind the last one are missing values only. */
export function rememberCut(column: u32, bin: u32, next: u32, nodeWeight: f64): void {
  missingGoesLeft = bestMissing == NONE_MISSING ? leftIsHeavier(nodeWeight) : bestMissing == MISSING_LEFT;
  if (randomCuts) cutBin = drawnCut;
  else cutBin = next > LAST_BIN ? LAST_BIN : middleBin(column, bin, next);
}

@inline
export function boundOf(column: u32, bin: u32): f32 {
  return load<f32>(bounds + (((<usize>column << 8) + <usize>bin - 1) << 2));
}

/** Of the bounds between two used bins the one that is nearest to the middle: no row tells which is right. */
function middleBin(column: u32, bin: u32, next: u32): u32 {
  const middle = <f32>((<f64>boundOf(column, bin) + <f64>boundOf(column, next - 1)) * 0.5);
  let low = bin;
  let high = next - 1;
  while (low < high) {
    const half = (low + high) >> 1;
    if (boundOf(column, half) < middle) low = half + 1;
    else high = half;
  }
  return low > bin && middle - boundOf(column, low - 1) < boundOf(column, low) - middle ? low - 1 : low;
}

@inline
function flipBit(bin: u32): void {
  const part = leftBins + <usize>((bin >> 5) << 2);
  store<u32>(part, load<u32>(part) ^ (1 << (bin & 31)));
}

@inline
export function isLeftBin(bin: u32): bool {
  return ((load<u32>(leftBins + <usize>((bin >> 5) << 2)) >> (bin & 31)) & 1) != 0;
}

/** Categories that the node has not seen go with the heavier side, as does a missing value. */
function rememberSet(used: i32, nodeWeight: f64): void {
  const others = leftIsHeavier(nodeWeight);
  memory.fill(leftBins, others ? 0xff : 0, 32);
  for (let place = 0; place < used; place++) {
    if ((place <= bestPlace) != others) flipBit(load<u8>(usedBins + <usize>place));
  }
  missingGoesLeft = isLeftBin(0);
}
