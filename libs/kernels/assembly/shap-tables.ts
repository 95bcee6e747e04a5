// Shapley values of many rows. What a leaf gives to the columns of its path depends only on which of them a row disagrees with: a
// pattern of bits. So each leaf has a table by pattern (Fast TreeSHAP v2, Yang 2021), made when rows come to it and then forgotten.
import { outsideSet } from "./scoring-questions";
import { COLUMNS, field, INNER, NODES, ORDER, OUTPUTS, PATHS, POINTS_OF, SLOTS, VALUES, VECTOR, WIDTH } from "./shap-record";

/** Fields of the record of this thread's rooms. */
const STRIDE: usize = 0;
const TABLE_SLOTS: usize = 4;
const DECISIONS: usize = 8;
const PATTERNS: usize = 12;
const PRODUCTS: usize = 16;
const TABLE: usize = 20;
const SUMS: usize = 24;
const FACTORS: usize = 28;

/** A leaf's record: how many columns and steps its path has, its row of values; then its columns, and its steps. */
const PATH_COLUMNS: usize = 0;
const PATH_STEPS: usize = 4;
const PATH_LEAF: usize = 8;
const PATH_BEGIN: usize = 16;
/** A column's share of the training rows that agree, and the column. */
const COLUMN_BYTES: usize = 16;
/** A step: which inner node of the tree << 8 | which column of the path << 1 | whether it goes right. */
const STEP_BYTES: usize = 4;

/** How many rows a vector of bytes holds. */
const LANES = 16;

/** The slots of the rows of a chunk, slot by slot. */
export function fillTableSlots(model: usize, slots: usize, count: i32, rooms: usize): void {
  const stride = field(rooms, STRIDE);
  const slotCount = field(model, SLOTS);
  for (let row: usize = 0; row < <usize>count; row++) {
    for (let slot: usize = 0; slot < slotCount; slot++) {
      const to = field(rooms, TABLE_SLOTS) + ((slot * stride + row) << 2);
      store<u32>(to, load<u32>(slots + ((row * slotCount + slot) << 2)));
    }
  }
}

export function clearTables(model: usize, rooms: usize): void {
  memory.fill(field(rooms, SUMS), 0, (field(model, OUTPUTS) * field(model, COLUMNS) * field(rooms, STRIDE)) << 3);
}

/** What was gathered column by column, to the rows. */
export function addTables(model: usize, count: i32, rooms: usize, values: usize): void {
  const stride = field(rooms, STRIDE);
  const width = field(model, OUTPUTS) * field(model, COLUMNS);
  for (let row: usize = 0; row < <usize>count; row++) {
    for (let index: usize = 0; index < width; index++) {
      const value = values + ((row * width + index) << 3);
      store<f64>(value, load<f64>(value) + load<f64>(field(rooms, SUMS) + ((index * stride + row) << 3)));
    }
  }
}

export function explainByTables(model: usize, tree: usize, count: i32, rooms: usize, output: usize): void {
  decideAll(model, tree, count, rooms);
  let path = field(tree, PATHS);
  const leaves = field(tree, INNER) + 1;
  for (let leaf: usize = 0; leaf < leaves; leaf++) {
    const columns = field(path, PATH_COLUMNS);
    if (columns > 0) {
      findPatterns(path, count, rooms);
      makeTable(path, field(model, POINTS_OF), rooms);
      giveAll(model, path, count, rooms, output);
    }
    path += PATH_BEGIN + columns * COLUMN_BYTES + ((field(path, PATH_STEPS) * STEP_BYTES + 15) & ~15);
  }
}

/** Where each row goes at each inner node: a byte of ones for right. */
function decideAll(model: usize, tree: usize, count: i32, rooms: usize): void {
  const stride = field(rooms, STRIDE);
  for (let index: usize = 0; index < field(tree, INNER); index++) {
    const node = field(model, NODES) + (<usize>load<u32>(field(tree, ORDER) + (index << 2)) << 4);
    const slots = field(rooms, TABLE_SLOTS) + (<usize>load<u32>(node, 8) * stride << 2);
    const to = field(rooms, DECISIONS) + index * stride;
    if (load<u32>(node, 12)) decideByCategory(<usize>load<u32>(node), slots, count, to);
    else decideByThreshold(load<f32>(node), slots, count, to);
  }
}

function decideByCategory(set: usize, slots: usize, count: i32, to: usize): void {
  for (let row: usize = 0; row < <usize>count; row += LANES) {
    const from = slots + (row << 2);
    v128.store(to + row, outsideSet(set, from, from + 32));
  }
}

function decideByThreshold(threshold: f32, slots: usize, count: i32, to: usize): void {
  const bound = f32x4.splat(threshold);
  for (let row = 0; row < count; row += LANES) {
    const from = slots + (<usize>row << 2);
    const low = i16x8.narrow_i32x4_s(f32x4.gt(v128.load(from), bound), f32x4.gt(v128.load(from, 16), bound));
    const high = i16x8.narrow_i32x4_s(f32x4.gt(v128.load(from, 32), bound), f32x4.gt(v128.load(from, 48), bound));
    v128.store(to + <usize>row, i8x16.narrow_i16x8_s(low, high));
  }
}

/** Sixteen bits a row: which columns of the path it disagrees with. */
function findPatterns(path: usize, count: i32, rooms: usize): void {
  const stride = field(rooms, STRIDE);
  const steps = path + PATH_BEGIN + field(path, PATH_COLUMNS) * COLUMN_BYTES;
  const end = steps + field(path, PATH_STEPS) * STEP_BYTES;
  const decisions = field(rooms, DECISIONS);
  const patterns = field(rooms, PATTERNS);
  for (let row: usize = 0; row < <usize>count; row += LANES) {
    let first = i8x16.splat(0);
    let second = i8x16.splat(0);
    for (let at = steps; at < end; at += STEP_BYTES) {
      const step = load<u32>(at);
      const bit: u32 = 1 << ((step >> 1) & 15);
      const right = v128.load(decisions + <usize>(step >> 8) * stride + row);
      const disagrees = v128.xor(right, i8x16.splat(<i8>(0 - (step & 1))));
      first = v128.or(first, v128.and(disagrees, i8x16.splat(<i8>bit)));
      second = v128.or(second, v128.and(disagrees, i8x16.splat(<i8>(bit >> 8))));
    }
    const to = patterns + (row << 1);
    v128.store(to, v128.shuffle<i8>(first, second, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(to, v128.shuffle<i8>(first, second, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
  }
}

@inline
function shareOf(path: usize, column: usize): f64 {
  return load<f64>(path + PATH_BEGIN + column * COLUMN_BYTES);
}

/**
 * What a leaf of value 1 gives to each column of its path for each pattern: table + ((column << columns) + pattern) × 8. Factors of
 * a column: of the product where a row disagrees, and what one that agrees is given of it; last, what one that disagrees is given.
 */
function makeTable(path: usize, pointsOf: usize, rooms: usize): void {
  const columns = field(path, PATH_COLUMNS);
  const size = ((columns + 3) >> 2) * VECTOR;
  const points = field(pointsOf, ((columns + 3) >> 2) << 2);
  const products = field(rooms, PRODUCTS);
  const factors = field(rooms, FACTORS);
  makeFactors(path, points, size, products, factors);
  for (let pattern: u32 = 0; pattern < 1 << columns; pattern++) {
    const product = products + <usize>pattern * size;
    if (pattern) multiply(products + <usize>(pattern & (pattern - 1)) * size, factors + <usize>ctz(pattern) * 2 * size, product, size);
    const disagreeing = dot(product, factors + columns * 2 * size, size);
    for (let column: usize = 0; column < columns; column++) {
      const agrees = ((pattern >> column) & 1) == 0;
      const given = agrees ? dot(product, factors + column * 2 * size + size, size) : disagreeing;
      store<f64>(field(rooms, TABLE) + (((column << columns) + <usize>pattern) << 3), given);
    }
  }
}

/** The product of the pattern that agrees with all columns, and the factors by which others come of it. */
function makeFactors(path: usize, points: usize, size: usize, product: usize, factors: usize): void {
  const columns = field(path, PATH_COLUMNS);
  const one = f64x2.splat(1);
  for (let at: usize = 0; at < size; at += VECTOR) {
    const t = v128.load(points + at);
    const rest = v128.load(points + size + at);
    let all = v128.load(points + 2 * size + at);
    for (let column: usize = 0; column < columns; column++) {
      const share = f64x2.splat(shareOf(path, column));
      const agreeing = f64x2.add(t, f64x2.mul(share, rest));
      all = f64x2.mul(all, agreeing);
      const to = factors + column * 2 * size + at;
      v128.store(to, f64x2.div(f64x2.mul(share, rest), agreeing));
      v128.store(to + size, f64x2.div(f64x2.sub(one, share), agreeing));
    }
    v128.store(product + at, all);
    v128.store(factors + columns * 2 * size + at, f64x2.neg(f64x2.div(one, rest)));
  }
}

@inline
function multiply(from: usize, factors: usize, to: usize, size: usize): void {
  for (let at: usize = 0; at < size; at += VECTOR) {
    v128.store(to + at, f64x2.mul(v128.load(from + at), v128.load(factors + at)));
  }
}

@inline
function dot(a: usize, b: usize, size: usize): f64 {
  let sum = f64x2.mul(v128.load(a), v128.load(b));
  for (let at: usize = VECTOR; at < size; at += VECTOR) sum = f64x2.add(sum, f64x2.mul(v128.load(a + at), v128.load(b + at)));
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** A leaf with one value gives it to one output, one with a row of values to all. */
function giveAll(model: usize, path: usize, count: i32, rooms: usize, output: usize): void {
  const width = field(model, WIDTH);
  const columns = field(path, PATH_COLUMNS);
  const stride = field(rooms, STRIDE);
  for (let index: usize = 0; index < width; index++) {
    const leaf = field(path, PATH_LEAF) * width + index;
    const value = <f64>load<f32>(field(model, VALUES) + (leaf << 2));
    const first = (width == 1 ? output : index) * field(model, COLUMNS);
    for (let column: usize = 0; column < columns; column++) {
      const own = <usize>load<u32>(path + PATH_BEGIN + column * COLUMN_BYTES, 8);
      const sums = field(rooms, SUMS) + ((first + own) * stride << 3);
      give(value, field(rooms, TABLE) + (column << (columns + 3)), field(rooms, PATTERNS), count, sums);
    }
  }
}

/** Two rows at a time; the room of sums holds a few rows more than there are. */
function give(value: f64, table: usize, patterns: usize, count: i32, sums: usize): void {
  const times = f64x2.splat(value);
  for (let row: usize = 0; row < <usize>count; row += 2) {
    const at = patterns + (row << 1);
    const first = v128.load64_zero(table + (<usize>load<u16>(at) << 3));
    const both = v128.load64_lane(table + (<usize>load<u16>(at, 2) << 3), first, 1);
    const to = sums + (row << 3);
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(times, both)));
  }
}
