// Rows that go left come first, each side in its old order. No row costs a branch.
import { cutBin, isCategorical, isLeftBin, missingGoesLeft } from "./forest-best";
import { rowOf } from "./forest-rows";
import { columnAt, entryAddress, spare } from "./forest-task";

/** Parts the entries at `begin`; says how many go left. */
export function partition(begin: i32, count: i32, column: u32): i32 {
  if (count == 0) return 0;
  return isCategorical(column) ? partCategories(begin, count, column) : partNumbers(begin, count, column);
}

/** Where missing values go right, bin 0 is moved behind all others. */
function partNumbers(begin: i32, count: i32, column: u32): i32 {
  const columnBins = columnAt(column);
  const shift: u32 = missingGoesLeft ? 0 : 1;
  const last = cutBin - shift;
  let left = entryAddress(begin);
  let right = spare;
  const end = entryAddress(begin + count);
  let entry = load<u64>(left);
  let bin = <u32>load<u8>(columnBins + rowOf(entry));
  for (let at = left; at < end; at += 8) {
    // On its way while this one is put away; what is written ahead of it is no further than here.
    const next = load<u64>(at, 8);
    const nextBin = <u32>load<u8>(columnBins + rowOf(next));
    const goes = <usize>(((bin - shift) & 0xff) <= last) << 3;
    store<u64>(left, entry);
    store<u64>(right, entry);
    left += goes;
    right += 8 - goes;
    entry = next;
    bin = nextBin;
  }
  return joinRight(begin, left, right);
}

function partCategories(begin: i32, count: i32, column: u32): i32 {
  const columnBins = columnAt(column);
  let left = entryAddress(begin);
  let right = spare;
  const end = entryAddress(begin + count);
  for (let at = left; at < end; at += 8) {
    const entry = load<u64>(at);
    const goes = <usize>isLeftBin(load<u8>(columnBins + rowOf(entry))) << 3;
    store<u64>(left, entry);
    store<u64>(right, entry);
    left += goes;
    right += 8 - goes;
  }
  return joinRight(begin, left, right);
}

@inline
function joinRight(begin: i32, left: usize, right: usize): i32 {
  const lefts = <i32>((left - entryAddress(begin)) >> 3);
  for (let from = spare; from < right; from += 8) {
    store<u64>(left, load<u64>(from));
    left += 8;
  }
  return lefts;
}
