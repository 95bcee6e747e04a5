// Puts the points into blocks of four, leaf by leaf, and says in which box each node of the tree lies. The tree has nodes
// of four children: the bounds of all four are one vector.
import {
  blocks,
  columns,
  firstRows,
  givenRows,
  highCorners,
  LANES,
  LEAF,
  lowCorners,
  nodeSlacks,
  nodesOf,
  order,
  placedRows,
  rowAt,
  rowCount,
  slacks,
  VECTOR,
  width,
} from "./neighbours-record";

/** One thread's share of the leaves: their blocks, their boxes and their slack. */
export function placeShare(thread: i32, threads: i32): void {
  const leaves = nodesOf(0);
  const last = <i32>((<i64>leaves * (thread + 1)) / threads);
  for (let leaf = <i32>((<i64>leaves * thread) / threads); leaf < last; leaf++) placeLeaf(leaf);
}

function placeLeaf(leaf: i32): void {
  const first = leaf * LEAF;
  let slack: f32 = 0;
  let lowest: u32 = 0xffffffff;
  for (let place = first; place < first + LEAF; place++) {
    if (place >= rowCount) leaveEmpty(place);
    else {
      slack = max(slack, placePoint(place));
      lowest = min(lowest, load<u32>(order + (<usize>place << 2)));
    }
  }
  for (let column = 0; column < columns; column++) boxLeaf(leaf, column);
  store<f32>(nodeSlacks(0) + (<usize>leaf << 2), slack);
  store<u32>(firstRows(0) + (<usize>leaf << 2), lowest);
}

/** Where a point's value in a column lies; the next column is one vector further on. */
@inline
export function pointAt(place: i32): usize {
  return blocks + <usize>(place >> 2) * <usize>width * VECTOR + (<usize>(place & (LANES - 1)) << 2);
}

@inline
function placePoint(place: i32): f32 {
  const row = load<i32>(order + (<usize>place << 2));
  const rotated = rowAt(placedRows, row);
  const point = pointAt(place);
  for (let column: usize = 0; column < <usize>columns; column++) {
    store<f32>(point + column * VECTOR, load<f32>(rotated + (column << 2)));
  }
  return load<f32>(slacks + (<usize>row << 2));
}

/** Infinitely far from everything. */
function leaveEmpty(place: i32): void {
  const point = pointAt(place);
  for (let column: usize = 0; column < <usize>columns; column++) store<f32>(point + column * VECTOR, Infinity);
}

function boxLeaf(leaf: i32, column: i32): void {
  const first = leaf * LEAF;
  const end = min(first + LEAF, rowCount);
  let low: f32 = Infinity;
  let high: f32 = -Infinity;
  for (let place = first; place < end; place++) {
    const value = load<f32>(pointAt(place) + <usize>column * VECTOR);
    low = min(low, value);
    high = max(high, value);
  }
  storeCorners(0, leaf, column, low, high);
}

@inline
function storeCorners(level: i32, node: i32, column: i32, low: f32, high: f32): void {
  const at = <usize>column * VECTOR + (<usize>(node & (LANES - 1)) << 2);
  store<f32>(lowCorners(level, node >> 2) + at, low);
  store<f32>(highCorners(level, node >> 2) + at, high);
}

/** The boxes of a level from those of the level below. */
export function joinBoxes(level: i32): void {
  for (let node = 0; node < nodesOf(level); node++) {
    for (let column = 0; column < columns; column++) joinColumn(level, node, column);
    joinSlackAndRow(level, node);
  }
}

function joinColumn(level: i32, node: i32, column: i32): void {
  const below = lowCorners(level - 1, node) + <usize>column * VECTOR;
  const above = highCorners(level - 1, node) + <usize>column * VECTOR;
  let low: f32 = Infinity;
  let high: f32 = -Infinity;
  for (let lane = 0; lane < childrenOf(level, node); lane++) {
    low = min(low, load<f32>(below + (<usize>lane << 2)));
    high = max(high, load<f32>(above + (<usize>lane << 2)));
  }
  storeCorners(level, node, column, low, high);
}

@inline
function childrenOf(level: i32, node: i32): i32 {
  return min(LANES, nodesOf(level - 1) - node * LANES);
}

function joinSlackAndRow(level: i32, node: i32): void {
  let slack: f32 = 0;
  let lowest: u32 = 0xffffffff;
  for (let lane = 0; lane < childrenOf(level, node); lane++) {
    const child = <usize>(node * LANES + lane) << 2;
    slack = max(slack, load<f32>(nodeSlacks(level - 1) + child));
    lowest = min(lowest, load<u32>(firstRows(level - 1) + child));
  }
  store<f32>(nodeSlacks(level) + (<usize>node << 2), slack);
  store<u32>(firstRows(level) + (<usize>node << 2), lowest);
}

/** When the blocks are made, the given rows take the rotated ones' place, in the order of the tree. */
export function gatherShare(thread: i32, threads: i32): void {
  const last = <i32>((<i64>rowCount * (thread + 1)) / threads);
  for (let place = <i32>((<i64>rowCount * thread) / threads); place < last; place++) {
    const row = load<i32>(order + (<usize>place << 2));
    memory.copy(rowAt(placedRows, place), rowAt(givenRows, row), <usize>columns << 2);
  }
}
