// Finds the nearest points of one query: down the tree, nearest box first (Friedman, Bentley, Finkel 1977). What rotated
// f32 coordinates say is only used to leave points out that are surely too far, the slack allowed for; each other point is
// measured in f64 on the given values, column by column. So the answer is brute force's to the bit.
import {
  columns,
  firstRows,
  highCorners,
  LANES,
  LEAF,
  levelCount,
  lowCorners,
  nodeSlacks,
  nodesOf,
  order,
  placedRows,
  room,
  rowAt,
  rowCount,
  scale,
  slacks,
  VECTOR,
  width,
} from "./neighbours-record";
import { pointAt } from "./neighbours-boxes";
import { rotateRow } from "./neighbours-rotation";

/** The place of a query that is not one of the points. */
export const NOWHERE: i32 = -1;
/** After so many columns, in bytes, it is seen whether all points are too far already. */
const STRETCH: usize = 8 * 4;
/** What f32 loses in adding up a column's squares, twice over. */
const LOSS_A_COLUMN: f32 = 1.0 / 4194304.0;

/** The query: its values as given and rotated, its place and the slack that it has itself. */
let given: usize = 0;
let rotated: usize = 0;
let own: i32 = NOWHERE;
let ownSlack: f32 = 0;
/** The nearest points found so far, nearest first: squared distances f64 and row numbers u32. */
let found: usize = 0;
let rowsFound: usize = 0;
let wanted: i32 = 0;
/** The last of them: who is farther is not wanted, or who is as far and has a greater row number. */
let farthest: f64 = Infinity;
let farthestRow: u32 = 0xffffffff;
/** What a box may be away, in rotated coordinates, without the slack of what is in it. */
let reach: f32 = Infinity;
/** Bounds of the children of the nodes on the way down. */
let bounds: usize = 0;
let grow: f32 = 1;

export function findNearest(query: usize, place: i32, k: i32, distances: usize, rows: usize): void {
  begin(query, place);
  beginList(k, distances, rows);
  visit(levelCount - 1, 0);
}

/** The room holds a row of f64 for the rotation, then the rotated query, then bounds. */
function begin(query: usize, place: i32): void {
  rotated = room + (<usize>columns << 3);
  bounds = (rotated + (<usize>width << 2) + 15) & ~15;
  own = place;
  given = place == NOWHERE ? query : rowAt(placedRows, place);
  ownSlack = place == NOWHERE ? rotateRow(given, rotated) : copyRotated(place);
  grow = 1 + <f32>(columns + 32) * LOSS_A_COLUMN;
}

@inline
function copyRotated(place: i32): f32 {
  const point = pointAt(place);
  for (let column: usize = 0; column < <usize>columns; column++) {
    store<f32>(rotated + (column << 2), load<f32>(point + column * VECTOR));
  }
  return load<f32>(slacks + (load<usize>(order + (<usize>place << 2)) << 2));
}

function beginList(k: i32, distances: usize, rows: usize): void {
  wanted = k;
  found = distances;
  rowsFound = rows;
  for (let index = 0; index < k; index++) {
    store<f64>(found + (<usize>index << 3), Infinity);
    store<u32>(rowsFound + (<usize>index << 2), 0xffffffff);
  }
  readFarthest();
}

@inline
function readFarthest(): void {
  const last = <usize>(wanted - 1);
  farthest = load<f64>(found + (last << 3));
  farthestRow = load<u32>(rowsFound + (last << 2));
  reach = <f32>(Math.sqrt(farthest) * scale) * grow + ownSlack;
}

/** Goes into the children of a node that are near enough, the nearest first. */
function visit(level: i32, quad: i32): void {
  const near = boundsOf(level, quad);
  const here = bounds + <usize>level * VECTOR;
  v128.store(here, near);
  let open = i32x4.bitmask(f32x4.le(near, f32x4.splat(reach)));
  const count = min(LANES, nodesOf(level) - quad * LANES);
  open &= (1 << count) - 1;
  while (open) {
    const lane = nearestOpen(here, open);
    open &= ~(1 << lane);
    if (load<f32>(here + (<usize>lane << 2)) > reach) return;
    const node = quad * LANES + lane;
    if (hasNone(level, node)) continue;
    if (level == 0) scanLeaf(node);
    else visit(level - 1, node);
  }
}

/** Where enough points lie on the query itself, only lower row numbers are of interest: there may be very many duplicates. */
@inline
function hasNone(level: i32, node: i32): bool {
  return farthest == 0 && load<u32>(firstRows(level) + (<usize>node << 2)) > farthestRow;
}

@inline
function nearestOpen(here: usize, open: i32): i32 {
  let lane = ctz(open);
  for (let rest = open & (open - 1); rest; rest &= rest - 1) {
    const other = ctz(rest);
    if (load<f32>(here + (<usize>other << 2)) < load<f32>(here + (<usize>lane << 2))) lane = other;
  }
  return lane;
}

/** How far each of the four boxes is at least; their slack is taken off. */
@inline
function boundsOf(level: i32, quad: i32): v128 {
  const slack = v128.load(nodeSlacks(level) + (<usize>quad << 4));
  const sums = gapSquares(lowCorners(level, quad), highCorners(level, quad));
  return f32x4.sub(f32x4.div(f32x4.sqrt(sums), f32x4.splat(grow)), slack);
}

@inline
function gapSquares(low: usize, high: usize): v128 {
  const end = rotated + (<usize>width << 2);
  let sums = f32x4.splat(0);
  for (let value = rotated; value < end; value += 4) {
    const at = v128.load32_splat(value);
    const under = f32x4.sub(v128.load(low), at);
    const over = f32x4.sub(at, v128.load(high));
    const gap = f32x4.pmax(f32x4.pmax(under, over), f32x4.splat(0));
    sums = f32x4.add(sums, f32x4.mul(gap, gap));
    low += VECTOR;
    high += VECTOR;
  }
  return sums;
}

function scanLeaf(leaf: i32): void {
  const slack = load<f32>(nodeSlacks(0) + (<usize>leaf << 2));
  const end = leaf * LEAF + LEAF;
  for (let place = leaf * LEAF; place < end; place += 4 * LANES) scanSixteen(place, slack);
}

/** Sixteen points, a stretch of columns at a time, until all are too far. */
@inline
function scanSixteen(place: i32, slack: f32): void {
  const radius = (reach + slack) * grow;
  const most = f32x4.splat(radius * radius);
  const step = <usize>width * VECTOR;
  let point = pointAt(place);
  let first = f32x4.splat(0);
  let second = first;
  let third = first;
  let fourth = first;
  const end = rotated + (<usize>width << 2);
  for (let value = rotated; value < end; ) {
    for (const stop = min(end, value + STRETCH); value < stop; value += 4) {
      const at = v128.load32_splat(value);
      first = f32x4.add(first, square(point, at));
      second = f32x4.add(second, square(point + step, at));
      third = f32x4.add(third, square(point + 2 * step, at));
      fourth = f32x4.add(fourth, square(point + 3 * step, at));
      point += VECTOR;
    }
    const nearest = f32x4.pmin(f32x4.pmin(first, second), f32x4.pmin(third, fourth));
    if (!v128.any_true(f32x4.le(nearest, most))) return;
  }
  measureNear(place, f32x4.le(first, most));
  measureNear(place + LANES, f32x4.le(second, most));
  measureNear(place + 2 * LANES, f32x4.le(third, most));
  measureNear(place + 3 * LANES, f32x4.le(fourth, most));
}

@inline
function measureNear(place: i32, near: v128): void {
  for (let open = i32x4.bitmask(near); open; open &= open - 1) measure(place + ctz(open));
}

@inline
function square(point: usize, at: v128): v128 {
  const gap = f32x4.sub(v128.load(point), at);
  return f32x4.mul(gap, gap);
}

/** The distance as it is, and the point's place among the nearest. */
function measure(place: i32): void {
  if (place == own || place >= rowCount) return;
  const distance = squaredDistance(rowAt(placedRows, place));
  if (distance > farthest) return;
  const row = load<u32>(order + (<usize>place << 2));
  if (distance == farthest && row > farthestRow) return;
  insert(distance, row);
  readFarthest();
}

@inline
function squaredDistance(other: usize): f64 {
  let sum: f64 = 0;
  for (let column: usize = 0; column < <usize>columns; column++) {
    const gap = <f64>load<f32>(given + (column << 2)) - <f64>load<f32>(other + (column << 2));
    sum += gap * gap;
  }
  return sum;
}

@inline
function insert(distance: f64, row: u32): void {
  let index = <usize>(wanted - 1);
  while (index > 0 && comesBefore(distance, row, index - 1)) {
    store<f64>(found + (index << 3), load<f64>(found + ((index - 1) << 3)));
    store<u32>(rowsFound + (index << 2), load<u32>(rowsFound + ((index - 1) << 2)));
    index--;
  }
  store<f64>(found + (index << 3), distance);
  store<u32>(rowsFound + (index << 2), row);
}

@inline
function comesBefore(distance: f64, row: u32, index: usize): bool {
  const other = load<f64>(found + (index << 3));
  return distance < other || (distance == other && row < load<u32>(rowsFound + (index << 2)));
}
