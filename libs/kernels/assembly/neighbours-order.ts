// Orders the rows as the leaves of a k-d tree (Bentley 1975). A node of level L has 2^L leaves; the last node of a level
// has what is left. So a node's rows follow from its number alone, and no tree has to be kept.
import { columns, keys, LEAF, nextPiece, order, placedRows, rowAt, rowCount } from "./neighbours-record";

/** The rotation has put what tells points apart into the first columns, so that no later one is worth a look. */
const MOST_COLUMNS: i32 = 12;
/** So many of a node's rows say well enough along which column it is longest. */
const SAMPLE: i32 = 256;

/** Splits nodes of one level until there is none left. */
export function orderLevel(level: i32): void {
  const rows = LEAF << level;
  const nodes = nodesWith(rows);
  for (let node = nextPiece(); node < nodes; node = nextPiece()) splitNode(node * rows, rows);
}

/** Orders whole nodes of a level, down to their leaves. */
export function orderBelow(level: i32): void {
  const rows = LEAF << level;
  const nodes = nodesWith(rows);
  for (let node = nextPiece(); node < nodes; node = nextPiece()) orderNode(node * rows, rows);
}

@inline
function nodesWith(rows: i32): i32 {
  return (rowCount + rows - 1) / rows;
}

function orderNode(first: i32, rows: i32): void {
  if (rows <= LEAF || first >= rowCount) return;
  splitNode(first, rows);
  orderNode(first, rows >> 1);
  orderNode(first + (rows >> 1), rows >> 1);
}

/** The lower half of the node's rows comes first, by the column along which they differ most. */
function splitNode(first: i32, rows: i32): void {
  const middle = first + (rows >> 1);
  const end = min(first + rows, rowCount);
  if (middle >= end) return;
  fetchKeys(first, end, longestColumn(first, end));
  selectLowest(first, end - 1, middle);
}

function longestColumn(first: i32, end: i32): i32 {
  const step = max(1, (end - first) / SAMPLE);
  let longest = 0;
  let most: f64 = -1;
  for (let column = 0; column < min(columns, MOST_COLUMNS); column++) {
    const spread = spreadOf(first, end, step, column);
    if (spread > most) {
      most = spread;
      longest = column;
    }
  }
  return longest;
}

@inline
function valueAt(place: i32, column: i32): f32 {
  return load<f32>(rowAt(placedRows, load<i32>(order + (<usize>place << 2))) + (<usize>column << 2));
}

function spreadOf(first: i32, end: i32, step: i32, column: i32): f64 {
  let sum: f64 = 0;
  let squares: f64 = 0;
  let count: f64 = 0;
  for (let place = first; place < end; place += step) {
    const value = <f64>valueAt(place, column);
    sum += value;
    squares += value * value;
    count += 1;
  }
  return squares / count - (sum / count) * (sum / count);
}

function fetchKeys(first: i32, end: i32, column: i32): void {
  for (let place = first; place < end; place++) store<f32>(keys + (<usize>place << 2), valueAt(place, column));
}

@inline
function keyAt(place: i32): f32 {
  return load<f32>(keys + (<usize>place << 2));
}

@inline
function swap(a: i32, b: i32): void {
  const key = keyAt(a);
  store<f32>(keys + (<usize>a << 2), keyAt(b));
  store<f32>(keys + (<usize>b << 2), key);
  const row = load<u32>(order + (<usize>a << 2));
  store<u32>(order + (<usize>a << 2), load<u32>(order + (<usize>b << 2)));
  store<u32>(order + (<usize>b << 2), row);
}

/** Hoare's selection: no key before `wanted` is greater than one from there on. */
function selectLowest(low: i32, high: i32, wanted: i32): void {
  while (low < high) {
    const pivot = middleOf(keyAt(low), keyAt((low + high) >> 1), keyAt(high));
    let up = low;
    let down = high;
    while (up <= down) {
      while (keyAt(up) < pivot) up++;
      while (keyAt(down) > pivot) down--;
      if (up <= down) swap(up++, down--);
    }
    if (wanted <= down) high = down;
    else if (wanted >= up) low = up;
    else return;
  }
}

@inline
function middleOf(a: f32, b: f32, c: f32): f32 {
  return max(min(a, b), min(max(a, b), c));
}
