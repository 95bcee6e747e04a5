// The leaves of the tree that grows. Each thread keeps a table of its own: which of its rows are in a leaf is its own affair, all else is equal.
import { coverScale, index, maxDepth, minRows, thread, weights, workspaceBytes, workspaces } from "./boosting-settings";
import { hessianOf, scaledMinHessian } from "./gradients-pair";

export const LEAF_BYTES: usize = 256;
/** Where the thread's rows of the leaf begin in its index, and how many they are. */
const BEGIN: usize = 0;
const COUNT: usize = 4;
/** Of all threads' rows: the pair (i64), and how many they are about (f64). */
const PAIR: usize = 8;
const ROWS: usize = 16;
/** The address of its histogram, 0 where it has none. */
const HISTOGRAM: usize = 24;
const NODE: usize = 28;
const DEPTH: usize = 32;
const LOWER: usize = 40;
const UPPER: usize = 48;
const LEAF_L2: usize = 56;
/** By how much its best split is better than none; −1 where there is no split. */
const BEST_GAIN: usize = 64;
const BEST_SPLIT: usize = 128;

@inline
export function workspaceOf(ofThread: i32): usize {
  return workspaces + <usize>ofThread * workspaceBytes;
}

@inline
export function leafOf(ofThread: i32, leaf: i32): usize {
  return workspaceOf(ofThread) + <usize>leaf * LEAF_BYTES;
}

@inline
export function leafAt(leaf: i32): usize {
  return leafOf(thread, leaf);
}

@inline
export function beginOf(leaf: usize): i32 {
  return load<i32>(leaf, BEGIN);
}

@inline
export function countOf(leaf: usize): i32 {
  return load<i32>(leaf, COUNT);
}

@inline
export function indicesOf(leaf: usize): usize {
  return index + (<usize>beginOf(leaf) << 2);
}

@inline
export function pairOfLeaf(leaf: usize): i64 {
  return load<i64>(leaf, PAIR);
}

@inline
export function rowsOf(leaf: usize): f64 {
  return load<f64>(leaf, ROWS);
}

@inline
export function histogramOf(leaf: usize): usize {
  return load<usize>(leaf, HISTOGRAM);
}

@inline
export function nodeOf(leaf: usize): i32 {
  return load<i32>(leaf, NODE);
}

@inline
export function depthOf(leaf: usize): i32 {
  return load<i32>(leaf, DEPTH);
}

@inline
export function lowerOf(leaf: usize): f64 {
  return load<f64>(leaf, LOWER);
}

@inline
export function upperOf(leaf: usize): f64 {
  return load<f64>(leaf, UPPER);
}

@inline
export function l2OfLeaf(leaf: usize): f64 {
  return load<f64>(leaf, LEAF_L2);
}

@inline
export function bestGainOf(leaf: usize): f64 {
  return load<f64>(leaf, BEST_GAIN);
}

@inline
export function bestSplitOf(leaf: usize): usize {
  return leaf + BEST_SPLIT;
}

export function setRows(leaf: usize, begin: i32, count: i32): void {
  store<i32>(leaf, begin, BEGIN);
  store<i32>(leaf, count, COUNT);
}

export function setSums(leaf: usize, pair: i64, rows: f64): void {
  store<i64>(leaf, pair, PAIR);
  store<f64>(leaf, rows, ROWS);
  store<f64>(leaf, -1, BEST_GAIN);
}

export function setPlace(leaf: usize, node: i32, depth: i32, extraL2: f64): void {
  store<i32>(leaf, node, NODE);
  store<i32>(leaf, depth, DEPTH);
  store<f64>(leaf, extraL2, LEAF_L2);
}

export function setBounds(leaf: usize, lower: f64, upper: f64): void {
  store<f64>(leaf, lower, LOWER);
  store<f64>(leaf, upper, UPPER);
}

export function setHistogram(leaf: usize, histogram: usize): void {
  store<usize>(leaf, histogram, HISTOGRAM);
}

export function setBestGain(leaf: usize, gain: f64): void {
  store<f64>(leaf, gain, BEST_GAIN);
}

/** The weight of the thread's rows of the leaf, as a whole number; without weights, their count. */
export function coverOf(leaf: usize): i64 {
  const count = countOf(leaf);
  if (weights == 0) return count;
  let sum: i64 = 0;
  const end = indicesOf(leaf) + (<usize>count << 2);
  for (let place = indicesOf(leaf); place < end; place += 4) {
    sum += <i64>nearest<f64>(<f64>load<f32>(weights + (<usize>load<u32>(place) << 2)) * coverScale);
  }
  return sum;
}

/** Whether it has enough for two leaves, and may be deeper. */
export function canBeSplit(leaf: usize): bool {
  if (maxDepth > 0 && depthOf(leaf) >= maxDepth) return false;
  return rowsOf(leaf) + 0.5 >= 2 * minRows && hessianOf(pairOfLeaf(leaf)) >= 2 * scaledMinHessian;
}

/** The leaf whose split gains most, the first of equals; −1 where none gains. */
export function bestLeaf(leaves: i32): i32 {
  let best = -1;
  let bestGain: f64 = 0;
  for (let leaf = 0; leaf < leaves; leaf++) {
    const gain = bestGainOf(leafAt(leaf));
    if (gain <= bestGain) continue;
    bestGain = gain;
    best = leaf;
  }
  return best;
}
