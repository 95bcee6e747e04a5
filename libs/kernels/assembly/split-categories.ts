// The best set of categories to go left. Few categories: one against the rest. More: sorted by gradient over hessian, the best set is a run
// from one end (Fisher 1958), with LightGBM's guards against sets that fit noise. Missing values are one more category.
import { categoryL2, categoryRows, categorySmooth, minRows, mostCategories } from "./boosting-settings";
import { gradientOf, hessianOf, hessianScale } from "./gradients-pair";
import { ASKS_CATEGORY, clearSet, isBetter, keepSplit, MISSING_LEFT, putInSet } from "./split-candidate";
import { gainOfSplit, hasEnough, leafRows, rowsOfBin } from "./split-leaf";

/** So few bins are tried one by one. */
const ONE_BY_ONE = 5;

/** Room for the sorted categories: the key (f64), the bin (i64). */
export const SORT_BYTES: usize = 256 * 16;

/** The best run of the last scan: its length, its end, its pair and what it gains. */
let runLength = 0;
let runFromEnd = false;
let runPair: i64 = 0;

export function searchCategories(histogram: usize, column: i32, bins: i32, candidate: usize, space: usize): void {
  if (bins <= ONE_BY_ONE) searchOneByOne(histogram, column, bins, candidate);
  else searchRuns(histogram, column, bins, candidate, space);
}

function searchOneByOne(histogram: usize, column: i32, bins: i32, candidate: usize): void {
  for (let bin = 0; bin < bins; bin++) {
    const left = load<i64>(histogram + (<usize>bin << 3));
    if (!hasEnough(left, rowsOfBin(left))) continue;
    const gain = gainOfSplit(left, 0);
    if (!isBetter(gain, candidate)) continue;
    keepSplit(candidate, gain, left, column, 0, ASKS_CATEGORY | (bin == 0 ? MISSING_LEFT : 0), 0);
    clearSet(candidate);
    putInSet(candidate, bin);
  }
}

function searchRuns(histogram: usize, column: i32, bins: i32, candidate: usize, space: usize): void {
  const count = collect(histogram, bins, space);
  sort(space, count);
  const extraL2 = categoryL2 * hessianScale;
  let best = load<f64>(candidate);
  runLength = 0;
  best = scanRuns(histogram, space, count, false, extraL2, best);
  best = scanRuns(histogram, space, count, true, extraL2, best);
  if (runLength > 0) keepRun(column, candidate, space, count, best, extraL2);
}

/** Categories with enough rows; the others go right. */
function collect(histogram: usize, bins: i32, space: usize): i32 {
  const smooth = categorySmooth * hessianScale;
  let count = 0;
  for (let bin = 0; bin < bins; bin++) {
    const pair = load<i64>(histogram + (<usize>bin << 3));
    const hessian = hessianOf(pair);
    if (hessian == 0 || rowsOfBin(pair) < categorySmooth) continue;
    store<f64>(space + (<usize>count << 4), gradientOf(pair) / (hessian + smooth));
    store<i64>(space + (<usize>count << 4), bin, 8);
    count++;
  }
  return count;
}

/** Shell's sort with Ciura's gaps; of equal keys the lower bin is first. */
function sort(space: usize, count: i32): void {
  for (let gap = 132; gap > 0; gap = nextGap(gap)) {
    for (let from = gap; from < count; from++) {
      const key = load<f64>(space + (<usize>from << 4));
      const bin = load<i64>(space + (<usize>from << 4), 8);
      let at = from;
      while (at >= gap && isBehind(space + (<usize>(at - gap) << 4), key, bin)) {
        memory.copy(space + (<usize>at << 4), space + (<usize>(at - gap) << 4), 16);
        at -= gap;
      }
      store<f64>(space + (<usize>at << 4), key);
      store<i64>(space + (<usize>at << 4), bin, 8);
    }
  }
}

function nextGap(gap: i32): i32 {
  if (gap == 132) return 57;
  if (gap == 57) return 23;
  if (gap == 23) return 10;
  if (gap == 10) return 4;
  return gap == 4 ? 1 : 0;
}

@inline
function isBehind(entry: usize, key: f64, bin: i64): bool {
  const other = load<f64>(entry);
  return other > key || (other == key && load<i64>(entry, 8) > bin);
}

@inline
function sortedBin(space: usize, count: i32, place: i32, fromEnd: bool): i32 {
  return <i32>load<i64>(space + (<usize>(fromEnd ? count - 1 - place : place) << 4), 8);
}

function scanRuns(histogram: usize, space: usize, count: i32, fromEnd: bool, extraL2: f64, best: f64): f64 {
  let left: i64 = 0;
  let leftRows: f64 = 0;
  let groupRows: f64 = 0;
  const most = min(mostCategories, (count + 1) >> 1);
  const leastRight = max<f64>(minRows, categoryRows);
  for (let place = 0; place < most; place++) {
    const pair = load<i64>(histogram + (<usize>sortedBin(space, count, place, fromEnd) << 3));
    left += pair;
    leftRows += rowsOfBin(pair);
    groupRows += rowsOfBin(pair);
    if (leafRows - leftRows < leastRight) break;
    if (!hasEnough(left, leftRows) || groupRows < categoryRows) continue;
    groupRows = 0;
    const gain = gainOfSplit(left, extraL2);
    if (gain > best) {
      best = gain;
      runLength = place + 1;
      runFromEnd = fromEnd;
      runPair = left;
    }
  }
  return best;
}

function keepRun(column: i32, candidate: usize, space: usize, count: i32, gain: f64, extraL2: f64): void {
  clearSet(candidate);
  let flags = ASKS_CATEGORY;
  for (let place = 0; place < runLength; place++) {
    const bin = sortedBin(space, count, place, runFromEnd);
    if (bin == 0) flags |= MISSING_LEFT;
    putInSet(candidate, bin);
  }
  keepSplit(candidate, gain, runPair, column, 0, flags, extraL2);
}
