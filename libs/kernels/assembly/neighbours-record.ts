// Where everything of a set of points lies in memory. The record is written once by whoever lays the memory out, in this
// order, one 32-bit word each; a call reads it first, because a thread may have been given another program in between.

/** Points that lie side by side in the order of the tree; they are looked at together. */
export const LEAF: i32 = 32;
/** Four points, or four boxes, lie as one vector a column. */
export const LANES: i32 = 4;
export const VECTOR: usize = 16;
/** A level of the tree: count of its nodes, and the addresses of their lowest and highest corners, slack and first row. */
export const LEVEL_BYTES: usize = 20;

/** Numbers of rows and of their columns. */
export let rowCount: i32 = 0;
export let columns: i32 = 0;
/** Columns of rotated points: so many that they come in fours; what is too many is 0. */
export let width: i32 = 0;
/** Rows as they were given, [row][column] f32. */
export let givenRows: usize = 0;
/** First the rotated rows [row][column] f32, then the given rows in the order of the tree. */
export let placedRows: usize = 0;
/** The rotated points in the order of the tree, [block of four][column][lane] f32. */
export let blocks: usize = 0;
/** Which row is at a place, u32. */
export let order: usize = 0;
/** Room for one f32 a row while the order is sought. */
export let keys: usize = 0;
/** How far rotating and rounding may have moved a row, f32. */
export let slacks: usize = 0;
/** The mean of the rows, f64. */
export let centre: usize = 0;
/** Unit vectors of the reflections that make up the rotation, [reflection][column] f64. */
export let reflectors: usize = 0;
export let reflectorCount: i32 = 0;
export let levels: usize = 0;
export let levelCount: i32 = 0;
/** What the threads count together to share out their work. */
export let counter: usize = 0;
/** Each thread's own room. */
let rooms: usize = 0;
let roomBytes: usize = 0;
/** Two f64: the power of two that brings all rotated points into the unit ball, and the slack that every row has. */
export let scale: f64 = 1;
export let leastSlack: f64 = 0;
/** This thread's own room. */
export let room: usize = 0;

@inline
function word(record: usize, index: usize): u32 {
  return load<u32>(record + (index << 2));
}

export function openRecord(record: usize, thread: i32): void {
  rowCount = word(record, 0);
  columns = word(record, 1);
  width = (columns + 3) & ~3;
  givenRows = word(record, 2);
  placedRows = word(record, 3);
  blocks = word(record, 4);
  order = word(record, 5);
  keys = word(record, 6);
  slacks = word(record, 7);
  centre = word(record, 8);
  reflectors = word(record, 9);
  reflectorCount = word(record, 10);
  levels = word(record, 11);
  levelCount = word(record, 12);
  counter = word(record, 13);
  rooms = word(record, 14);
  roomBytes = word(record, 15);
  scale = load<f64>(record + 64);
  leastSlack = load<f64>(record + 72);
  room = rooms + <usize>thread * roomBytes;
}

/** The next piece of work that no thread has taken yet. */
@inline
export function nextPiece(): i32 {
  return atomic.add<i32>(counter, 1);
}

@inline
export function rowAt(rows: usize, row: i32): usize {
  return rows + <usize>row * <usize>columns * 4;
}

@inline
export function levelRecord(level: i32): usize {
  return levels + <usize>level * LEVEL_BYTES;
}

@inline
export function nodesOf(level: i32): i32 {
  return load<i32>(levelRecord(level));
}

/** The corners of the four boxes of a quad, [column][lane] f32. */
@inline
export function lowCorners(level: i32, quad: i32): usize {
  return load<u32>(levelRecord(level), 4) + <usize>quad * <usize>width * VECTOR;
}

@inline
export function highCorners(level: i32, quad: i32): usize {
  return load<u32>(levelRecord(level), 8) + <usize>quad * <usize>width * VECTOR;
}

/** The largest slack in each node of a level, f32. */
@inline
export function nodeSlacks(level: i32): usize {
  return load<u32>(levelRecord(level), 12);
}

/** The lowest row number in each node of a level, u32. */
@inline
export function firstRows(level: i32): usize {
  return load<u32>(levelRecord(level), 16);
}
