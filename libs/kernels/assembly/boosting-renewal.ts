// For absolute and quantile loss the gradient only says where to split: a leaf's output is the quantile of its rows' residuals,
// found by selection (Hoare 1961) with weights. As numpy has it, it lies between the two residuals next to its rank; a row of weight 2 is two.
import { index, labels, objective, quantile, sortSpace, threads, weights } from "./boosting-settings";
import { beginOf, countOf, leafOf } from "./boosting-leaves";
import { ABSOLUTE } from "./gradients-objectives";

/** Residual and weight, float32 each. */
const ENTRY: usize = 8;
const WEIGHT: usize = 4;

let lessEnd: usize = 0;
let equalEnd: usize = 0;

/** Other threads' leaves are read: all must have stopped growing. */
export function residualQuantile(leaf: i32, values: usize): f64 {
  const begin = sortSpace + <usize>rowsBefore(leaf) * ENTRY;
  let end = begin;
  for (let thread = 0; thread < threads; thread++) end = gather(leafOf(thread, leaf), values, end);
  if (end == begin) return 0;
  const weight = weightOf(begin, end);
  // Weights that are small on the whole only compare rows with each other: then a row is what they are on average.
  const one = min<f64>(1, weight / <f64>((end - begin) / ENTRY));
  const rank = (objective == ABSOLUTE ? 0.5 : quantile) * (weight / one - 1);
  return select(begin, end, Math.floor(rank) * one, one, rank - Math.floor(rank));
}

function rowsBefore(leaf: i32): i32 {
  let count = 0;
  for (let other = 0; other < leaf; other++) {
    for (let thread = 0; thread < threads; thread++) count += countOf(leafOf(thread, other));
  }
  return count;
}

function gather(leaf: usize, values: usize, to: usize): usize {
  const first = index + (<usize>beginOf(leaf) << 2);
  const last = first + (<usize>countOf(leaf) << 2);
  for (let place = first; place < last; place += 4) {
    const row = <usize>load<u32>(place) << 2;
    store<f32>(to, load<f32>(labels + row) - load<f32>(values + row));
    store<f32>(to, weights ? load<f32>(weights + row) : 1, WEIGHT);
    to += ENTRY;
  }
  return to;
}

function weightOf(begin: usize, end: usize): f64 {
  let sum: f64 = 0;
  for (let entry = begin; entry < end; entry += ENTRY) sum += load<f32>(entry, WEIGHT);
  return sum;
}

/** The least residual at which the weight gets above `rank`, and by `part` on the way to the one a row further. */
function select(begin: usize, end: usize, rank: f64, row: f64, part: f64): f64 {
  let before: f64 = 0;
  let above = f32.NaN;
  while (true) {
    const pivot = middleOfThree(begin, end);
    arrange(begin, end, pivot);
    const less = before + weightOf(begin, lessEnd);
    const equal = less + weightOf(lessEnd, equalEnd);
    if (less > rank && lessEnd > begin) {
      above = pivot;
      end = lessEnd;
    } else if (equal > rank || equalEnd == end) {
      const next = equal > rank + row ? pivot : equalEnd < end ? least(equalEnd, end) : above;
      return next == next ? <f64>pivot + part * (<f64>next - <f64>pivot) : pivot;
    } else {
      before = equal;
      begin = equalEnd;
    }
  }
}

function middleOfThree(begin: usize, end: usize): f32 {
  const first = load<f32>(begin);
  const second = load<f32>(begin + (((end - begin) / ENTRY) >> 1) * ENTRY);
  const third = load<f32>(end - ENTRY);
  return max<f32>(min<f32>(first, second), min<f32>(max<f32>(first, second), third));
}

/** Less, equal, greater, in this order (Dijkstra's flag). */
function arrange(begin: usize, end: usize, pivot: f32): void {
  let less = begin;
  let greater = end;
  for (let entry = begin; entry < greater; ) {
    const value = load<f32>(entry);
    if (value < pivot) {
      swap(less, entry);
      less += ENTRY;
      entry += ENTRY;
    } else if (value > pivot) {
      greater -= ENTRY;
      swap(entry, greater);
    } else {
      entry += ENTRY;
    }
  }
  lessEnd = less;
  equalEnd = greater;
}

@inline
function swap(a: usize, b: usize): void {
  const kept = load<i64>(a);
  store<i64>(a, load<i64>(b));
  store<i64>(b, kept);
}

function least(begin: usize, end: usize): f32 {
  let result = load<f32>(begin);
  for (let entry = begin + ENTRY; entry < end; entry += ENTRY) result = min<f32>(result, load<f32>(entry));
  return result;
}
