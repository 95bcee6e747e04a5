// The best cut of a column of numbers in a node of many rows: every bin is looked at, used or not, two at a time.
import { bestDenominator, bestNumerator, keepCut, MISSING_LEFT, MISSING_RIGHT, NONE_MISSING, rememberCut } from "./forest-best";
import { cellOf, nothing, plus, sumOf, weightOf } from "./forest-cells";
import { LAST_BIN } from "./forest-random-cuts";
import { bestTotal, binCounts, leastWeight, nodeTotal } from "./forest-task";

/** Searches the cells at hand; says whether the column has more than one value in the node. */
export function searchDense<Cell>(column: u32): bool {
  const binCount = load<i32>(binCounts + (<usize>column << 2));
  const weight = weightOf<Cell>(load<Cell>(nodeTotal));
  const first = nextUsed<Cell>(0, binCount);
  const varies = weightAt<Cell>(first) != weight;
  if (varies) tryCuts<Cell>(column, first, binCount);
  clearAll<Cell>(binCount);
  return varies;
}

@inline
function weightAt<Cell>(bin: i32): f64 {
  return weightOf<Cell>(load<Cell>(cellOf<Cell>(bin)));
}

function nextUsed<Cell>(from: i32, binCount: i32): i32 {
  let bin = from;
  while (bin < binCount && weightAt<Cell>(bin) == 0) bin++;
  return bin;
}

@inline
function clearAll<Cell>(binCount: i32): void {
  const end = cellOf<Cell>(binCount);
  for (let at = cellOf<Cell>(0); at < end; at += 16) v128.store(at, i64x2.splat(0));
}

@inline
function tryCuts<Cell>(column: u32, first: i32, binCount: i32): void {
  if (first > 0) {
    scanDense<Cell>(column, nothing<Cell>(), first, binCount, NONE_MISSING);
  } else {
    scanDense<Cell>(column, nothing<Cell>(), 1, binCount, MISSING_RIGHT);
    scanDense<Cell>(column, load<Cell>(cellOf<Cell>(0)), 1, binCount, MISSING_LEFT);
  }
}

@inline
function sumsOf<Cell>(a: Cell, b: Cell): v128 {
  if (isVector<Cell>()) return v128.shuffle<f64>(<v128>a, <v128>b, 0, 2);
  const both = i64x2.replace_lane(i64x2.splat(<i64>a), 1, <i64>b);
  return f64x2.convert_low_i32x4_s(v128.shuffle<i32>(both, both, 1, 3, 1, 3));
}

@inline
function weightsOf<Cell>(a: Cell, b: Cell): v128 {
  if (isVector<Cell>()) return v128.shuffle<f64>(<v128>a, <v128>b, 1, 3);
  const both = i64x2.replace_lane(i64x2.splat(<i64>a), 1, <i64>b);
  return f64x2.convert_low_i32x4_u(v128.shuffle<i32>(both, both, 0, 2, 0, 2));
}

/** The formula is that of forest-pairs.ts. A bin without rows is no better than the one before it. */
function scanDense<Cell>(column: u32, begin: Cell, first: i32, binCount: i32, missing: i32): void {
  const total = load<Cell>(nodeTotal);
  const weight = f64x2.splat(weightOf<Cell>(total));
  const sum = f64x2.splat(sumOf<Cell>(total));
  const least = f64x2.splat(leastWeight);
  let numerator = bestNumerator;
  let denominator = bestDenominator;
  let left = begin;
  let found = -1;
  let foundLeft = begin;
  for (let bin = first; bin < binCount; bin += 2) {
    const middle = plus<Cell>(left, load<Cell>(cellOf<Cell>(bin)));
    left = plus<Cell>(middle, load<Cell>(cellOf<Cell>(bin + 1)));
    const lefts = weightsOf<Cell>(middle, left);
    const rights = f64x2.sub(weight, lefts);
    const difference = f64x2.sub(f64x2.mul(sumsOf<Cell>(middle, left), weight), f64x2.mul(sum, lefts));
    const squared = f64x2.mul(difference, difference);
    const product = f64x2.mul(lefts, rights);
    const isBetter = f64x2.gt(f64x2.mul(squared, f64x2.splat(denominator)), f64x2.mul(product, f64x2.splat(numerator)));
    const isLarge = f64x2.ge(f64x2.min(lefts, rights), least);
    if (!v128.any_true(v128.and(isBetter, isLarge))) continue;
    for (let lane = 0; lane < 2; lane++) {
      const own = lane == 0 ? f64x2.extract_lane(squared, 0) : f64x2.extract_lane(squared, 1);
      const by = lane == 0 ? f64x2.extract_lane(product, 0) : f64x2.extract_lane(product, 1);
      const large = lane == 0 ? i64x2.extract_lane(isLarge, 0) : i64x2.extract_lane(isLarge, 1);
      if (large == 0 || own * denominator <= numerator * by) continue;
      numerator = own;
      denominator = by;
      found = bin + lane;
      foundLeft = lane == 0 ? middle : left;
    }
  }
  if (found < 0) return;
  keepCut(numerator, denominator, column, found, missing, weightOf<Cell>(foundLeft));
  store<Cell>(bestTotal, foundLeft);
  const next = nextUsed<Cell>(found + 1, binCount);
  rememberCut(column, found, next < binCount ? next : LAST_BIN + 1, weightOf<Cell>(total));
}
