// kernel
// Rows come to the leaves of trees: one row down eight trees at a time, or eight rows down one tree, so that the waits for
// memory overlap (interleaved traversal as in Asadi, Lin, de Vries 2014). Leaves lead to themselves, so no step has a branch.
//
// The leaves' values are added in float64 in the order of the trees, for one row as for many.

import { leavesByBits } from "./scoring-bits";
import { choosesRight, fillSlots, goesRight } from "./scoring-questions";

/** Fields of the record that says where a model lies. */
const NODES: usize = 0;
const LEAF_ROWS: usize = 4;
const VALUES: usize = 8;
const ROOTS: usize = 12;
const DEPTHS: usize = 16;
const TREES: usize = 20;
const SUMS: usize = 24;
const WIDTH: usize = 28;
const BEGIN: usize = 32;
const KIND: usize = 36;
const SLOTS: usize = 40;
const SLOT_COLUMNS: usize = 44;
const SLOT_KINDS: usize = 48;
const COLUMNS: usize = 52;
const GROUP_DEPTHS: usize = 56;
/** Of each tree, the record of scoring-bits, or 0. */
const BITS: usize = 60;

/** Kinds of models: bits of KIND. Narrow nodes are 8 bytes: threshold, category bit | slot << 24 | left; wide ones are 16. */
const WIDE = 1;
const CATEGORIES = 2;

/** Nodes are looked at for whether all have come to leaves after so many steps. */
const STEPS = 4;
const LANES = 8;

@inline
function field(model: usize, name: usize): usize {
  return <usize>load<u32>(model + name);
}

/** The next node from this one; `lanes` is 1 << shift values that lie side by side in each slot. */
@inline
function step(kind: i32, nodes: usize, slots: usize, shift: usize, node: u32): u32 {
  return kind & WIDE ? wideStep(kind, nodes, slots, shift, node) : narrowStep(kind, nodes, slots, shift, node);
}

@inline
function narrowStep(kind: i32, nodes: usize, slots: usize, shift: usize, node: u32): u32 {
  const at = nodes + (<usize>node << 3);
  const packed = load<u32>(at, 4);
  const left = packed & 0xffffff;
  if (!(kind & CATEGORIES)) return left + goesRight(at, slots + (<usize>(packed >> 24) << (2 + shift)));
  return left + choosesRight(at, slots + (<usize>((packed >> 24) & 127) << (2 + shift)), packed >> 31);
}

@inline
function wideStep(kind: i32, nodes: usize, slots: usize, shift: usize, node: u32): u32 {
  const at = nodes + (<usize>node << 4);
  const slot = slots + (<usize>load<u32>(at, 8) << (2 + shift));
  const right = kind & CATEGORIES ? choosesRight(at, slot, load<u32>(at, 12)) : goesRight(at, slot);
  return load<u32>(at, 4) + right;
}

/** Brings one row, whose slots begin at `slots`, to sums + 8 × output; `leaves` has room for eight nodes. */
export function scoreRow(model: usize, row: usize, slots: usize, leaves: usize, sums: usize): void {
  fill(model, row, slots, 0);
  const kind = <i32>field(model, KIND);
  if (kind == 0) return rowDownAll(0, model, slots, leaves, sums);
  if (kind == WIDE) return rowDownAll(WIDE, model, slots, leaves, sums);
  if (kind == CATEGORIES) return rowDownAll(CATEGORIES, model, slots, leaves, sums);
  rowDownAll(WIDE | CATEGORIES, model, slots, leaves, sums);
}

@inline
function rowDownAll(kind: i32, model: usize, slots: usize, leaves: usize, sums: usize): void {
  memory.copy(sums, field(model, BEGIN), field(model, SUMS) << 3);
  const trees = <i32>field(model, TREES);
  for (let tree = 0; tree < trees; tree += LANES) {
    const roots = field(model, ROOTS) + (<usize>tree << 2);
    const depth = load<i32>(field(model, GROUP_DEPTHS) + (<usize>(tree >> 3) << 2));
    rowDownEight(kind, field(model, NODES), roots, depth, slots, leaves);
    for (let lane = 0; lane < min(LANES, trees - tree); lane++) addLeaf(model, tree + lane, leaves + (<usize>lane << 2), sums);
  }
}

@inline
function rowDownEight(kind: i32, nodes: usize, roots: usize, depth: i32, slots: usize, leaves: usize): void {
  let a = load<u32>(roots), b = load<u32>(roots, 4), c = load<u32>(roots, 8), d = load<u32>(roots, 12);
  let e = load<u32>(roots, 16), f = load<u32>(roots, 20), g = load<u32>(roots, 24), h = load<u32>(roots, 28);
  let before: u32 = 0;
  for (let level = 0; level < depth; level++) {
    a = step(kind, nodes, slots, 0, a);
    b = step(kind, nodes, slots, 0, b);
    c = step(kind, nodes, slots, 0, c);
    d = step(kind, nodes, slots, 0, d);
    e = step(kind, nodes, slots, 0, e);
    f = step(kind, nodes, slots, 0, f);
    g = step(kind, nodes, slots, 0, g);
    h = step(kind, nodes, slots, 0, h);
    if (level % STEPS) continue;
    // Nodes only grow on the way down: where the sum is the same after these steps as before, all are leaves.
    const after = a + b + c + d + e + f + g + h;
    if (after == before) break;
    before = after;
  }
  store<u32>(leaves, a);
  store<u32>(leaves, b, 4);
  store<u32>(leaves, c, 8);
  store<u32>(leaves, d, 12);
  store<u32>(leaves, e, 16);
  store<u32>(leaves, f, 20);
  store<u32>(leaves, g, 24);
  store<u32>(leaves, h, 28);
}

/** Adds the values of the leaf that a tree came to: one value to the sum whose turn it is, or a row of values to all. */
@inline
function addLeaf(model: usize, tree: i32, leaf: usize, sums: usize): void {
  const width = <i32>field(model, WIDTH);
  const values = field(model, VALUES) + (<usize>leafRow(model, load<u32>(leaf)) * width << 2);
  const to = sums + (width == 1 ? <usize>(tree % <i32>field(model, SUMS)) << 3 : 0);
  for (let index = 0; index < width; index++) {
    const sum = to + (<usize>index << 3);
    store<f64>(sum, load<f64>(sum) + <f64>load<f32>(values + (<usize>index << 2)));
  }
}

@inline
function leafRow(model: usize, node: u32): u32 {
  return load<u32>(field(model, LEAF_ROWS) + (<usize>node << 2));
}

@inline
function fill(model: usize, row: usize, to: usize, shift: usize): void {
  fillSlots(row, <i32>field(model, SLOTS), field(model, SLOT_COLUMNS), field(model, SLOT_KINDS), to, shift);
}

/**
 * The sums of the rows from `first` to `last` of a block, a chunk at a time: all its rows go down one tree, then the next, so
 * that a large tree is read once a chunk. `slots` and `leaves` are this thread's; a chunk is a multiple of eight rows.
 */
export function scoreRows(
  model: usize, first: i32, last: i32, rows: usize, sums: usize, slots: usize, leaves: usize, chunk: i32,
): void {
  for (let begin = first; begin < last; begin += chunk) {
    const end = min(begin + chunk, last);
    for (let row = begin; row < end; row++) beginRow(model, row, rows, sums, slotOf(model, slots, row - begin));
    chunkDownAll(model, end - begin, slots, leaves, sums + <usize>begin * (field(model, SUMS) << 3));
  }
}

/** Eight rows lie side by side in each slot. */
@inline
function slotOf(model: usize, slots: usize, row: i32): usize {
  return slots + (<usize>(row >> 3) * field(model, SLOTS) << 5) + (<usize>(row & 7) << 2);
}

@inline
function beginRow(model: usize, row: i32, rows: usize, sums: usize, slot: usize): void {
  fill(model, rows + (<usize>row * field(model, COLUMNS) << 2), slot, 3);
  const size = field(model, SUMS) << 3;
  memory.copy(sums + <usize>row * size, field(model, BEGIN), size);
}

function chunkDownAll(model: usize, rows: i32, slots: usize, leaves: usize, sums: usize): void {
  const kind = <i32>field(model, KIND);
  const trees = <i32>field(model, TREES);
  for (let tree = 0; tree < trees; tree++) {
    const bits = field(field(model, BITS), <usize>tree << 2);
    if (bits) leavesByBits(bits, rows, slots, field(model, SLOTS) << 5, leaves);
    else if (kind == 0) chunkDown(0, model, tree, rows, slots, leaves);
    else if (kind == WIDE) chunkDown(WIDE, model, tree, rows, slots, leaves);
    else if (kind == CATEGORIES) chunkDown(CATEGORIES, model, tree, rows, slots, leaves);
    else chunkDown(WIDE | CATEGORIES, model, tree, rows, slots, leaves);
    addLeaves(model, tree, rows, leaves, sums);
  }
}

@inline
function chunkDown(kind: i32, model: usize, tree: i32, rows: i32, slots: usize, leaves: usize): void {
  const nodes = field(model, NODES);
  const root = load<u32>(field(model, ROOTS) + (<usize>tree << 2));
  const depth = load<i32>(field(model, DEPTHS) + (<usize>tree << 2));
  const next = field(model, SLOTS) << 5;
  for (let row = 0; row < rows; row += LANES) {
    eightRowsDown(kind, nodes, root, depth, slots, leaves + (<usize>row << 2));
    slots += next;
  }
}

@inline
function eightRowsDown(kind: i32, nodes: usize, root: u32, depth: i32, slots: usize, leaves: usize): void {
  let a = root, b = root, c = root, d = root, e = root, f = root, g = root, h = root;
  let before: u32 = 0;
  for (let level = 0; level < depth; level++) {
    a = step(kind, nodes, slots, 3, a);
    b = step(kind, nodes, slots + 4, 3, b);
    c = step(kind, nodes, slots + 8, 3, c);
    d = step(kind, nodes, slots + 12, 3, d);
    e = step(kind, nodes, slots + 16, 3, e);
    f = step(kind, nodes, slots + 20, 3, f);
    g = step(kind, nodes, slots + 24, 3, g);
    h = step(kind, nodes, slots + 28, 3, h);
    if (level % STEPS) continue;
    const after = a + b + c + d + e + f + g + h;
    if (after == before) break;
    before = after;
  }
  store<u32>(leaves, a);
  store<u32>(leaves, b, 4);
  store<u32>(leaves, c, 8);
  store<u32>(leaves, d, 12);
  store<u32>(leaves, e, 16);
  store<u32>(leaves, f, 20);
  store<u32>(leaves, g, 24);
  store<u32>(leaves, h, 28);
}

function addLeaves(model: usize, tree: i32, rows: i32, leaves: usize, sums: usize): void {
  const size = field(model, SUMS) << 3;
  if (field(model, SUMS) == 1) return addToOne(model, rows, leaves, sums);
  for (let row = 0; row < rows; row++) addLeaf(model, tree, leaves + (<usize>row << 2), sums + <usize>row * size);
}

function addToOne(model: usize, rows: i32, leaves: usize, sums: usize): void {
  const leafRows = field(model, LEAF_ROWS);
  const values = field(model, VALUES);
  for (let row = 0; row < rows; row++) {
    const leaf = load<u32>(leafRows + (<usize>load<u32>(leaves + (<usize>row << 2)) << 2));
    const sum = sums + (<usize>row << 3);
    store<f64>(sum, load<f64>(sum) + <f64>load<f32>(values + (<usize>leaf << 2)));
  }
}
