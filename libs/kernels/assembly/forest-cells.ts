// The cell of a bin sums up the rows of a node that are in the bin: positives above and weight below in an i64 (two classes),
// a sum and a weight in an f64x2 (regression), or an i32 a class. All are whole numbers, so no order of adding matters.
import { bins, binCounts, cellBytes, cells, cellsOf, columnAt, entryAddress, stride, targets, usedBins, usedBits } from "./forest-task";
import { classOf, rowOf, weightOfEntry } from "./forest-rows";

export type Positives = i64;
export type Sums = v128;
/** Says that a cell has a count for each class. */
export type Classes = u32;

/** From so many rows on it is quicker to look at every bin than to note which have been used. */
export const MANY_ROWS: i32 = 120;

@inline
export function cellOf<Cell>(bin: u32): usize {
  if (sizeof<Cell>() == 4) return cells + <usize>bin * cellBytes;
  return cells + <usize>bin * sizeof<Cell>();
}

@inline
export function addEntry<Cell>(cell: usize, entry: u64): void {
  if (sizeof<Cell>() == 4) {
    const count = cell + (<usize>classOf(entry) << 2);
    store<u32>(count, load<u32>(count) + weightOfEntry(entry));
  } else {
    add<Cell>(cell, pairOf<Cell>(entry));
  }
}

@inline
function pairOf<Cell>(entry: u64): Cell {
  const weight = weightOfEntry(entry);
  if (isVector<Cell>()) {
    const target = load<f64>(targets + (rowOf(entry) << 3));
    return <Cell>f64x2.replace_lane(f64x2.splat(<f64>weight), 0, target * <f64>weight);
  }
  return <Cell>(<i64>weight | (<i64>(weight * classOf(entry)) << 32));
}

@inline
function add<Cell>(cell: usize, pair: Cell): void {
  store<Cell>(cell, plus<Cell>(load<Cell>(cell), pair));
}

@inline
export function sumOf<Cell>(cell: Cell): f64 {
  if (isVector<Cell>()) return f64x2.extract_lane(<v128>cell, 0);
  return <f64>(<i32>(<i64>cell >> 32));
}

@inline
export function weightOf<Cell>(cell: Cell): f64 {
  if (isVector<Cell>()) return f64x2.extract_lane(<v128>cell, 1);
  return <f64>(<u32>cell);
}

@inline
export function plus<Cell>(a: Cell, b: Cell): Cell {
  if (isVector<Cell>()) return <Cell>f64x2.add(<v128>a, <v128>b);
  return <Cell>(<i64>a + <i64>b);
}

@inline
export function nothing<Cell>(): Cell {
  if (isVector<Cell>()) return <Cell>f64x2.splat(0);
  return <Cell>0;
}

@inline
export function usedBin(place: i32): u32 {
  return load<u8>(usedBins + <usize>place);
}

/** Fills the cells of a column. */
export function fillMany<Cell>(column: u32, begin: i32, count: i32): void {
  const columnBins = columnAt(column);
  const end = entryAddress(begin + count);
  for (let at = entryAddress(begin); at < end; at += 8) {
    const entry = load<u64>(at);
    addEntry<Cell>(cellOf<Cell>(load<u8>(columnBins + rowOf(entry))), entry);
  }
}

/** The same for the first columns of a group, so that a row is looked up once. */
export function fillGroup<Cell>(columns: usize, begin: i32, count: i32): void {
  const bins0 = columnAt(load<u32>(columns));
  const bins1 = columnAt(load<u32>(columns, 4));
  const bins2 = columnAt(load<u32>(columns, 8));
  const bins3 = columnAt(load<u32>(columns, 12));
  const cells0 = cellsOf(0);
  const cells1 = cellsOf(1);
  const cells2 = cellsOf(2);
  const cells3 = cellsOf(3);
  const end = entryAddress(begin + count);
  // The next row's bins are on their way while a row is added; behind the last entry there is room for one more.
  let entry = load<u64>(entryAddress(begin));
  let bin0 = <usize>load<u8>(bins0 + rowOf(entry));
  let bin1 = <usize>load<u8>(bins1 + rowOf(entry));
  let bin2 = <usize>load<u8>(bins2 + rowOf(entry));
  let bin3 = <usize>load<u8>(bins3 + rowOf(entry));
  for (let at = entryAddress(begin); at < end; at += 8) {
    const next = load<u64>(at, 8);
    const row = rowOf(next);
    const next0 = <usize>load<u8>(bins0 + row);
    const next1 = <usize>load<u8>(bins1 + row);
    const next2 = <usize>load<u8>(bins2 + row);
    const next3 = <usize>load<u8>(bins3 + row);
    const pair = pairOf<Cell>(entry);
    add<Cell>(cells0 + bin0 * sizeof<Cell>(), pair);
    add<Cell>(cells1 + bin1 * sizeof<Cell>(), pair);
    add<Cell>(cells2 + bin2 * sizeof<Cell>(), pair);
    add<Cell>(cells3 + bin3 * sizeof<Cell>(), pair);
    entry = next;
    bin0 = next0;
    bin1 = next1;
    bin2 = next2;
    bin3 = next3;
  }
}

/** Lists the bins that the rows are in, in ascending order; says how many. */
export function listUsed<Cell>(column: u32): i32 {
  const binCount = load<i32>(binCounts + (<usize>column << 2));
  let used = usedBins;
  for (let bin = 0; bin < binCount; bin++) {
    store<u8>(used, <u8>bin);
    used += <usize>isUsed<Cell>(cellOf<Cell>(bin));
  }
  return <i32>(used - usedBins);
}

@inline
function isUsed<Cell>(cell: usize): bool {
  if (isVector<Cell>()) return load<f64>(cell, 8) != 0;
  if (sizeof<Cell>() == 8) return load<i64>(cell) != 0;
  for (let at: usize = 0; at < cellBytes; at += 16) if (v128.any_true(v128.load(cell + at))) return true;
  return false;
}

/** Both at once, with a bit for each used bin: a node of few rows leaves most of them out. */
export function gatherFew<Cell>(column: u32, begin: i32, count: i32): i32 {
  const columnBins = bins + <usize>column;
  const end = entryAddress(begin + count);
  for (let at = entryAddress(begin); at < end; at += 8) {
    const entry = load<u64>(at);
    const bin = <u32>load<u8>(columnBins + rowOf(entry) * stride);
    addEntry<Cell>(cellOf<Cell>(bin), entry);
    const part = usedBits + <usize>((bin >> 6) << 3);
    store<u64>(part, load<u64>(part) | ((<u64>1) << (bin & 63)));
  }
  return listBits();
}

/** Lists the bins whose bits are set, and takes the bits back. */
@inline
function listBits(): i32 {
  let place = usedBins;
  for (let part: u32 = 0; part < 4; part++) {
    const at = usedBits + <usize>(part << 3);
    let bits = load<u64>(at);
    store<u64>(at, 0);
    while (bits) {
      store<u8>(place++, <u8>((part << 6) + <u32>ctz(bits)));
      bits &= bits - 1;
    }
  }
  return <i32>(place - usedBins);
}

export function clearUsed<Cell>(used: i32): void {
  for (let place = 0; place < used; place++) {
    const cell = cellOf<Cell>(usedBin(place));
    if (isVector<Cell>()) v128.store(cell, f64x2.splat(0));
    else if (sizeof<Cell>() == 8) store<i64>(cell, 0);
    else memory.fill(cell, 0, cellBytes);
  }
}
