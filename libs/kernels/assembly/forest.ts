// kernel
// Random forests (Breiman 2001), extremely randomized trees (Geurts, Ernst and Wehenkel 2006) and single trees. A tree is grown by one
// thread, and everything about it follows from its seed.
export { assignBins } from "./bins";
import {
  bestColumn,
  bestDenominator,
  bestNumerator,
  bestWeight,
  boundOf,
  cutBin,
  isCategorical,
  missingGoesLeft,
} from "./forest-best";
import { addEntry, Classes, Positives, Sums } from "./forest-cells";
import { nodeSquares } from "./forest-classes";
import { isPure, tellUnseen, writeValues } from "./forest-leaf";
import * as at from "./forest-nodes";
import {
  beginOutput,
  beginTree,
  endTree,
  hasRoomForTree,
  newChildren,
  writeCategoryNode,
  writeLeafNode,
  writeNumberNode,
} from "./forest-output";
import { partition } from "./forest-partition";
import { drawRows, seenRows, unseenRows, weightOfEntry } from "./forest-rows";
import { search } from "./forest-search";
import {
  BINARY,
  bins,
  cellBytes,
  columnAt,
  columnCount,
  columnOrder,
  entryAddress,
  gainUnit,
  kind,
  leastWeight,
  maxDepth,
  nextTree,
  nodeTotal,
  openTask,
  REGRESSION,
  rowCount,
  seeds,
  stride,
} from "./forest-task";
import { seedRandom } from "./random";

/** Grows trees that no thread has begun yet, as long as one more is sure to have room. */
export function growTrees(task: usize, room: usize): void {
  openTask(task, room);
  beginOutput();
  while (hasRoomForTree()) {
    const tree = nextTree();
    if (tree < 0) return;
    growTree(tree);
    endTree(tree, room);
  }
}

/** Writes the bins of the columns from `first` to `last` column by column. */
export function turnBins(task: usize, room: usize, first: i32, last: i32): void {
  openTask(task, room);
  for (let begin = 0; begin < rowCount; begin += TILE) {
    const end = min(begin + TILE, rowCount);
    for (let column = first; column < last; column++) turnTile(column, begin, end);
  }
}

/** So many rows stay in a near cache while their columns are read one after the other. */
const TILE: i32 = 512;

@inline
function turnTile(column: u32, begin: i32, end: i32): void {
  const from = bins + <usize>column;
  const to = columnAt(column);
  for (let row = begin; row < end; row++) store<u8>(to + <usize>row, load<u8>(from + <usize>row * stride));
}

function growTree(tree: i32): void {
  seedRandom(load<u64>(seeds + (<usize>tree << 3)));
  drawRows();
  orderColumns();
  beginTree();
  at.forgetNodes();
  at.pushRoot(seenRows, unseenRows, sumUpRows());
  while (at.popNode()) growNode();
}

function orderColumns(): void {
  for (let column = 0; column < columnCount; column++) store<u32>(columnOrder + (<usize>column << 2), column);
}

/** Writes the root's total; says its weight. */
function sumUpRows(): f64 {
  let weight: f64 = 0;
  memory.fill(nodeTotal, 0, cellBytes);
  for (let place = 0; place < seenRows; place++) {
    const entry = load<u64>(entryAddress(place));
    weight += <f64>weightOfEntry(entry);
    addToTotal(entry);
  }
  return weight;
}

@inline
function addToTotal(entry: u64): void {
  if (kind == BINARY) addEntry<Positives>(nodeTotal, entry);
  else if (kind == REGRESSION) addEntry<Sums>(nodeTotal, entry);
  else addEntry<Classes>(nodeTotal, entry);
}

function growNode(): void {
  if (mayBeCut() && findCut()) cutNode();
  else endInLeaf();
}

@inline
function mayBeCut(): bool {
  if (at.count < 2 || at.depth >= maxDepth || at.weight < leastWeight * 2) return false;
  return !isPure(at.begin, at.count, at.weight);
}

@inline
function findCut(): bool {
  if (kind == BINARY) return search<Positives>(at.begin, at.count, at.weight);
  if (kind == REGRESSION) return search<Sums>(at.begin, at.count, at.weight);
  return search<Classes>(at.begin, at.count, at.weight);
}

function endInLeaf(): void {
  writeValues(writeLeafNode(at.node, at.weight), at.weight);
  tellUnseen(at.unseenBegin, at.unseenCount, at.weight);
}

function cutNode(): void {
  const column = bestColumn;
  const left = newChildren();
  if (isCategorical(column)) {
    writeCategoryNode(at.node, column, missingGoesLeft, left, at.weight, gain());
  } else {
    writeNumberNode(at.node, column, boundOf(column, cutBin), missingGoesLeft, left, at.weight, gain());
  }
  const rows = partition(at.begin, at.count, column);
  const unseen = partition(at.unseenBegin, at.unseenCount, column);
  at.pushChildren(left, rows, unseen, bestWeight);
}

/** By how much the cut lowers the impurity. */
@inline
function gain(): f64 {
  const best = bestNumerator / bestDenominator;
  if (kind == BINARY || kind == REGRESSION) return (best / at.weight) * gainUnit;
  return (best - nodeSquares() / at.weight) * gainUnit;
}
