// A split that a leaf could have: a record of 128 bytes. Threads find one each for their columns; the best of them becomes the leaf's.

export const CANDIDATE_BYTES: usize = 128;
/** What both sides together gain (f64), the pair of the left side (i64), and what L2 its outputs get on top (f64). */
export const GAIN: usize = 0;
export const LEFT_PAIR: usize = 8;
export const EXTRA_L2: usize = 16;
export const COLUMN: usize = 24;
/** The last bin that goes left. */
export const BIN: usize = 28;
export const FLAGS: usize = 32;
/** The bins that go left where categories are asked for: 256 bits. */
export const SET: usize = 64;
const SET_BYTES: usize = 32;

export const MISSING_LEFT = 1;
export const ASKS_CATEGORY = 2;
export const NO_COLUMN = -1;

export function clearCandidate(candidate: usize): void {
  store<f64>(candidate, -1, GAIN);
  store<i32>(candidate, NO_COLUMN, COLUMN);
}

@inline
export function isBetter(gain: f64, candidate: usize): bool {
  return gain > load<f64>(candidate, GAIN);
}

export function keepSplit(candidate: usize, gain: f64, left: i64, column: i32, bin: i32, flags: i32, extraL2: f64): void {
  store<f64>(candidate, gain, GAIN);
  store<i64>(candidate, left, LEFT_PAIR);
  store<f64>(candidate, extraL2, EXTRA_L2);
  store<i32>(candidate, column, COLUMN);
  store<i32>(candidate, bin, BIN);
  store<i32>(candidate, flags, FLAGS);
}

export function clearSet(candidate: usize): void {
  memory.fill(candidate + SET, 0, SET_BYTES);
}

export function putInSet(candidate: usize, bin: i32): void {
  const word = candidate + SET + (<usize>(bin >> 5) << 2);
  store<u32>(word, load<u32>(word) | (1 << (bin & 31)));
}

@inline
export function isInSet(set: usize, bin: u32): bool {
  return ((load<u32>(set + <usize>((bin >> 5) << 2)) >> (bin & 31)) & 1) != 0;
}
