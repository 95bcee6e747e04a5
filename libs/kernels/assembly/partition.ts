// Rows of a leaf, parted into those that go left and, behind them, those that go right; each part keeps its order.
import { askedBins, askedColumnStep, askedRowStep } from "./boosting-settings";
import { ASKS_CATEGORY, isInSet, MISSING_LEFT } from "./split-candidate";

/** Says how many go left. `spare` has room for as many as there are. */
export function partition(
  indices: usize, count: i32, spare: usize, column: i32, bin: i32, flags: i32, set: usize,
): i32 {
  const end = indices + (<usize>count << 2);
  const from = askedBins + <usize>column * askedColumnStep;
  if (flags & ASKS_CATEGORY) return partByCategory(indices, end, spare, from, set);
  // A missing value's bin, 0, is to be the first of them or, wrapped around, the last.
  const shift = flags & MISSING_LEFT ? 0 : 1;
  return partByThreshold(indices, end, spare, from, shift, bin + 1 - shift);
}

function partByThreshold(indices: usize, end: usize, spare: usize, from: usize, shift: u32, limit: u32): i32 {
  let left = indices;
  let right = spare;
  for (let place = indices; place < end; place += 4) {
    const row = load<u32>(place);
    const bin = <u32>load<u8>(from + <usize>row * askedRowStep);
    const goes = <usize>(((bin - shift) & 255) < limit);
    store<u32>(left, row);
    store<u32>(right, row);
    left += goes << 2;
    right += (goes ^ 1) << 2;
  }
  memory.copy(left, spare, right - spare);
  return <i32>((left - indices) >> 2);
}

function partByCategory(indices: usize, end: usize, spare: usize, from: usize, set: usize): i32 {
  let left = indices;
  let right = spare;
  for (let place = indices; place < end; place += 4) {
    const row = load<u32>(place);
    const goes = <usize>isInSet(set, <u32>load<u8>(from + <usize>row * askedRowStep));
    store<u32>(left, row);
    store<u32>(right, row);
    left += goes << 2;
    right += (goes ^ 1) << 2;
  }
  memory.copy(left, spare, right - spare);
  return <i32>((left - indices) >> 2);
}

@inline
export function goesLeft(row: usize, column: i32, bin: i32, flags: i32, set: usize): bool {
  const own = <u32>load<u8>(askedBins + row * askedRowStep + <usize>column * askedColumnStep);
  if (flags & ASKS_CATEGORY) return isInSet(set, own);
  return own == 0 ? (flags & MISSING_LEFT) != 0 : own <= <u32>bin;
}
