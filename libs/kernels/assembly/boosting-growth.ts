// Which splits leaves could have: histograms are filled, every thread searches its columns, and the best finding of all is each leaf's.
import { barrier } from "./barrier";
import { columns, isUsed, meetingPlace, mostLeaves, poolSlots, thread, threads } from "./boosting-settings";
import {
  bestSplitOf, canBeSplit, countOf, histogramOf, indicesOf, LEAF_BYTES, leafAt, lowerOf, pairOfLeaf, rowsOf, setBestGain,
  setBounds, setHistogram, setPlace, setSums, upperOf, workspaceOf,
} from "./boosting-leaves";
import { dropHistogram, emptyPool, passHistogram, takeHistogram } from "./boosting-pool";
import { findingOf, takeRows, takeTurn } from "./boosting-rows";
import { scaledMinGain } from "./gradients-pair";
import { binsOf, fillHistogram } from "./histogram";
import { searchColumns } from "./split";
import { CANDIDATE_BYTES, clearCandidate, COLUMN, GAIN, NO_COLUMN } from "./split-candidate";
import { gainOfLeaf, searchLeaf } from "./split-leaf";

/** What is less is no gain but the rounding of sums. */
const ROUNDING: f64 = 1e-10;
const NO_LEAF = -1;

export function plantRoot(): void {
  const root = leafAt(0);
  emptyPool();
  setHistogram(root, 0);
  setPlace(root, 0, 0, 0);
  setBounds(root, -Infinity, Infinity);
  const all = takeRows(root);
  takeHistogram(0, NO_LEAF);
  fillHistogram(indicesOf(root), countOf(root), histogramOf(root), 0);
  barrier(meetingPlace, threads);
  setSums(root, sumOfAll(histogramOf(root)), all);
  findSplits(0, NO_LEAF);
}

/** Every row is in one bin of any column. */
function sumOfAll(histogram: usize): i64 {
  let column = 0;
  while (column < columns - 1 && !isUsed(column)) column++;
  let sum: i64 = 0;
  for (let bin = 0; bin < 256; bin++) sum += load<i64>(binsOf(histogram, column) + (<usize>bin << 3));
  return sum;
}

/** Fills what the children of a split need, and finds the splits that they could have. */
export function considerChildren(left: i32, right: i32): void {
  if (!canBeSplit(leafAt(left)) && !canBeSplit(leafAt(right))) {
    setHistogram(leafAt(right), 0);
    dropHistogram(left);
    return;
  }
  const leftIsSmall = rowsOf(leafAt(left)) <= rowsOf(leafAt(right));
  fillChildren(left, right, leftIsSmall ? left : right, leftIsSmall ? right : left);
  findSplits(left, right);
}

/** The larger child's histogram is the parent's without the smaller one's. The parent's record has become the left child's. */
function fillChildren(left: i32, right: i32, small: i32, large: i32): void {
  setHistogram(leafAt(right), 0);
  const known = histogramOf(leafAt(left)) != 0;
  if (known && large == right) passHistogram(left, right);
  takeHistogram(small, large);
  fillFrom(small, known ? histogramOf(leafAt(large)) : 0);
  if (known) return;
  takeHistogram(large, small);
  barrier(meetingPlace, threads);
  fillFrom(large, 0);
}

function fillFrom(leaf: i32, parent: usize): void {
  const record = leafAt(leaf);
  fillHistogram(indicesOf(record), countOf(record), histogramOf(record), parent);
}

function findSplits(first: i32, second: i32): void {
  searchSplit(first, findingOf(thread, 0));
  if (second != NO_LEAF) searchSplit(second, findingOf(thread, 1));
  barrier(meetingPlace, threads);
  adoptBest(first, 0);
  if (second != NO_LEAF) adoptBest(second, 1);
  takeTurn();
}

function nameLeaf(leaf: usize): void {
  searchLeaf(pairOfLeaf(leaf), rowsOf(leaf), lowerOf(leaf), upperOf(leaf));
}

function searchSplit(leaf: i32, finding: usize): void {
  const record = leafAt(leaf);
  if (!canBeSplit(record)) return clearCandidate(finding);
  nameLeaf(record);
  searchColumns(histogramOf(record), finding, sortSpaceOf());
}

/** Behind the leaves and the pool's owners in the workspace. */
@inline
function sortSpaceOf(): usize {
  return (workspaceOf(thread) + <usize>mostLeaves * LEAF_BYTES + (<usize>poolSlots << 2) + 15) & ~15;
}

function adoptBest(leaf: i32, which: i32): void {
  const record = leafAt(leaf);
  let best = findingOf(0, which);
  for (let other = 1; other < threads; other++) {
    const finding = findingOf(other, which);
    if (load<f64>(finding, GAIN) > load<f64>(best, GAIN)) best = finding;
  }
  memory.copy(bestSplitOf(record), best, CANDIDATE_BYTES);
  setBestGain(record, netGain(record, best));
  if (load<i32>(best, COLUMN) == NO_COLUMN) dropHistogram(leaf);
}

function netGain(leaf: usize, split: usize): f64 {
  if (load<i32>(split, COLUMN) == NO_COLUMN) return -1;
  nameLeaf(leaf);
  const without = gainOfLeaf();
  const gain = load<f64>(split, GAIN) - without;
  return gain > max<f64>(scaledMinGain, without * ROUNDING) ? gain : -1;
}
