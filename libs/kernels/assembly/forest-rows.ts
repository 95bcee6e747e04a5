// Which rows a tree learns from, and how much each counts. An entry is a u64: the row, its class, and its weight above.
import {
  aliases,
  BOOTSTRAP,
  draws,
  EACH_ROW,
  entryAddress,
  labels,
  rowCount,
  sampling,
  spare,
  unseenSums,
  weightedRows,
  weights,
} from "./forest-task";
import { nextBits, randomBelow } from "./random";

const CLASS: u64 = 32;
const WEIGHT: u64 = 40;

@inline
export function rowOf(entry: u64): usize {
  return <usize>(<u32>entry);
}

@inline
export function classOf(entry: u64): u32 {
  return <u32>(entry >> CLASS) & 0xff;
}

@inline
export function weightOfEntry(entry: u64): u32 {
  return <u32>(entry >> WEIGHT);
}

/** How many rows the tree at hand learns from, and how many there are that it does not see. */
export let seenRows: i32 = 0;
export let unseenRows: i32 = 0;

/** Writes the entries of the rows that a tree learns from, then those of the rows that it does not see. */
export function drawRows(): void {
  memory.fill(spare, 0, <usize>rowCount << 2);
  if (sampling == BOOTSTRAP) drawWithReplacement();
  else if (sampling == EACH_ROW) memory.copy(spare, weights, <usize>rowCount << 2);
  else drawWithoutReplacement();
  writeEntries();
}

/** How often a row is drawn is its weight. */
function drawWithReplacement(): void {
  for (let draw = 0; draw < draws; draw++) {
    const count = spare + (<usize>drawnRow() << 2);
    store<u32>(count, load<u32>(count) + 1);
  }
}

/** By the row's weight: the alias method (Walker 1977). */
@inline
function drawnRow(): u32 {
  const row = randomBelow(rowCount);
  if (aliases == 0) return row;
  const alias = aliases + (<usize>row << 3);
  return nextBits() <= load<u32>(alias) ? row : load<u32>(alias, 4);
}

/** Selection sampling (Knuth 1981, 3.4.2 S): each row in turn, by how many are wanted of how many are left. */
function drawWithoutReplacement(): void {
  let wanted = draws;
  let left = weightedRows;
  for (let row = 0; row < rowCount && wanted > 0; row++) {
    const weight = load<u32>(weights + (<usize>row << 2));
    if (weight == 0) continue;
    if (<i32>randomBelow(left) < wanted) {
      store<u32>(spare + (<usize>row << 2), weight);
      wanted--;
    }
    left--;
  }
}

/** Rows that are drawn from the first place on, rows that are not from the last place back. */
function writeEntries(): void {
  let seen = entryAddress(0);
  let unseen = entryAddress(weightedRows - 1);
  for (let row = 0; row < rowCount; row++) {
    const at = <usize>row << 2;
    const weight = load<u32>(spare + at);
    const entry = <u64>row | (<u64>load<u8>(labels + <usize>row) << CLASS) | (<u64>weight << WEIGHT);
    if (load<u32>(weights + at) == 0) continue;
    const drawn = <usize>(weight != 0) << 3;
    store<u64>(seen, entry);
    store<u64>(unseen, entry);
    seen += drawn;
    unseen -= 8 - drawn;
  }
  seenRows = <i32>((seen - entryAddress(0)) >> 3);
  unseenRows = unseenSums == 0 ? 0 : weightedRows - seenRows;
}
