// What a forest is grown from and where, as whoever lays the memory out wrote it: one 32-bit word each in this order, then
// the f64. A call reads both records first, because a thread may have been given another program in between.

/** What a cell counts: positives and weight, a sum and weight, or the weight of each class. */
export const BINARY: i32 = 0;
export const REGRESSION: i32 = 1;
/** How rows come to a tree. */
export const EACH_ROW: i32 = 0;
export const BOOTSTRAP: i32 = 1;

export let rowCount: i32 = 0;
export let columnCount: i32 = 0;
/** The contract of bins is told in learning's trees/bins.ts. */
export let bins: usize = 0;
export let stride: usize = 0;
/** The same bins column by column: a node of many rows reads one column, and finds it in a near cache. */
export let columnBins: usize = 0;
export let bounds: usize = 0;
export let categorical: usize = 0;
export let binCounts: usize = 0;
export let kind: i32 = 0;
/** Values that a leaf has. */
export let outputs: i32 = 0;
/** Bytes that the cell of a bin takes. */
export let cellBytes: usize = 0;
/** A class a row, u8. */
export let labels: usize = 0;
/** Whole numbers, f64: the sum over all rows, each times its weight, is below 2^53. */
export let targets: usize = 0;
/** Whole numbers below 2^24, u32. */
export let weights: usize = 0;
/** Of each row: the bits up to which it is drawn itself, and the row that is drawn instead; 0 where all are as likely. */
export let aliases: usize = 0;
export let sampling: i32 = 0;
export let draws: i32 = 0;
/** Rows whose weight is not 0. */
export let weightedRows: i32 = 0;
/** One u64 a tree. */
export let seeds: usize = 0;
/** The next tree that no thread has begun, and the one at which this call ends. */
let counter: usize = 0;
let lastTree: i32 = 0;
/** Where each tree's nodes are, in records of DIRECTORY_BYTES. */
export let directory: usize = 0;
export const DIRECTORY_BYTES: usize = 32;
export let columnsPerSplit: i32 = 0;
export let maxDepth: i32 = 0;
/** Not 0: cuts are drawn instead of sought. */
export let randomCuts: i32 = 0;
/** What the trees that have not seen a row say of it, summed up; 0 where nobody asks. */
export let unseenSums: usize = 0;
/** The least weight of a leaf. */
export let leastWeight: f64 = 0;
/** What a whole weight, a whole target and a whole gain stand for, and the target that is 0. */
export let weightUnit: f64 = 1;
export let targetUnit: f64 = 1;
export let gainUnit: f64 = 1;
export let targetMiddle: f64 = 0;
/** What a probability of 1 adds to the sums of unseen rows. */
export let unseenUnit: f64 = 0;

/** This thread's own room: the tree's rows as entries, and as much to spare. */
export let entries: usize = 0;
export let spare: usize = 0;
/** A cell a bin of the column at hand, all 0 between two searches; there is room for several columns. */
export let cells: usize = 0;
let firstCells: usize = 0;
/** Columns that are gathered in one pass over the rows. */
export const GROUP: i32 = 4;
/** Two bins are looked at at a time, so there is one more than there can be. */
const CELLS_A_COLUMN: usize = 258;
/** The bins that a node's rows have in a column, u8, and a key for each, f64. */
export let usedBins: usize = 0;
export let sortKeys: usize = 0;
/** A bit a bin, all 0 between two columns. */
export let usedBits: usize = 0;
/** Nodes that wait to be grown. */
export let stack: usize = 0;
/** All columns, u32; those that a node asks are drawn to the front. */
export let columnOrder: usize = 0;
/** The cells of the node, of the best cut's left side, and of the left side that is being tried. */
export let nodeTotal: usize = 0;
export let bestTotal: usize = 0;
export let leftTotal: usize = 0;
/** The bins that go left, one bit each. */
export let leftBins: usize = 0;
/** A direction in the space of classes, and the next one, f64. */
export let direction: usize = 0;
/** Nodes and leaves as learning's tree-ensemble.ts has them, tree after tree. */
export let nodeFeature: usize = 0;
export let nodeThreshold: usize = 0;
export let nodeLeft: usize = 0;
export let nodeFlags: usize = 0;
export let nodeCover: usize = 0;
export let nodeGain: usize = 0;
export let leafValues: usize = 0;
export let categorySets: usize = 0;
export let nodeCapacity: i32 = 0;
export let leafCapacity: i32 = 0;
/** More leaves than this no tree can have. */
export let mostLeaves: i32 = 0;

@inline
function word(record: usize, index: usize): u32 {
  return load<u32>(record + (index << 2));
}

export function openTask(task: usize, room: usize): void {
  openData(task);
  openSettings(task);
  openRoom(room);
  openOutput(room);
}

function openData(task: usize): void {
  rowCount = word(task, 0);
  columnCount = word(task, 1);
  bins = word(task, 2);
  stride = word(task, 3);
  bounds = word(task, 4);
  categorical = word(task, 5);
  binCounts = word(task, 6);
  kind = word(task, 7);
  outputs = word(task, 8);
  cellBytes = word(task, 9);
  labels = word(task, 10);
  targets = word(task, 11);
  weights = word(task, 12);
  aliases = word(task, 13);
}

function openSettings(task: usize): void {
  sampling = word(task, 14);
  draws = word(task, 15);
  weightedRows = word(task, 16);
  seeds = word(task, 17);
  counter = word(task, 18);
  lastTree = word(task, 19);
  directory = word(task, 20);
  columnsPerSplit = word(task, 21);
  maxDepth = word(task, 22);
  randomCuts = word(task, 23);
  unseenSums = word(task, 24);
  columnBins = word(task, 25);
  leastWeight = load<f64>(task, 128);
  weightUnit = load<f64>(task, 136);
  targetUnit = load<f64>(task, 144);
  gainUnit = load<f64>(task, 152);
  targetMiddle = load<f64>(task, 160);
  unseenUnit = load<f64>(task, 168);
}

function openRoom(room: usize): void {
  entries = word(room, 0);
  spare = word(room, 1);
  firstCells = cells = word(room, 2);
  usedBins = word(room, 3);
  sortKeys = word(room, 4);
  stack = word(room, 5);
  columnOrder = word(room, 6);
  nodeTotal = word(room, 7);
  bestTotal = word(room, 8);
  leftTotal = word(room, 9);
  leftBins = word(room, 10);
  direction = word(room, 11);
}

function openOutput(room: usize): void {
  nodeFeature = word(room, 12);
  nodeThreshold = word(room, 13);
  nodeLeft = word(room, 14);
  nodeFlags = word(room, 15);
  nodeCover = word(room, 16);
  nodeGain = word(room, 17);
  leafValues = word(room, 18);
  categorySets = word(room, 19);
  nodeCapacity = word(room, 20);
  leafCapacity = word(room, 21);
  mostLeaves = word(room, 22);
  usedBits = word(room, 23);
}

/** A tree that no thread has begun yet; −1 when there is none left. */
export function nextTree(): i32 {
  const tree = atomic.add<i32>(counter, 1);
  return tree < lastTree ? tree : -1;
}

@inline
export function entryAddress(place: i32): usize {
  return entries + (<usize>place << 3);
}

@inline
export function columnAt(column: u32): usize {
  return columnBins + <usize>column * <usize>rowCount;
}

/** Room for a cell is a whole number of vectors. */
@inline
export function copyTotal(to: usize, from: usize): void {
  for (let at: usize = 0; at < cellBytes; at += 16) v128.store(to + at, v128.load(from + at));
}

/** The cells of another column of a group are those at hand from now on. */
@inline
export function useCells(place: i32): void {
  cells = cellsOf(place);
}

@inline
export function cellsOf(place: i32): usize {
  return firstCells + <usize>place * CELLS_A_COLUMN * cellBytes;
}
