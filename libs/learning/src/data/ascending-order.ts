import type { Numbers } from "./matrix.js";

/** Below this many values the passes over the digits cost more than comparisons. */
const FEW = 600;
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const SHIFTS = [0, 11, 22] as const;

/** The rows by their values, the smallest first; equal values keep the order of their rows, NaN comes last. */
export function ascendingOrder(values: Numbers): Uint32Array {
  let sorted = new Uint32Array(values.length);
  for (let row = 0; row < sorted.length; row++) sorted[row] = row;
  if (values.length < FEW) return sorted.sort((a, b) => compare(values[a]!, values[b]!) || a - b);
  let spare = new Uint32Array(values.length);
  for (const words of sortableWords(values)) {
    for (const shift of SHIFTS) if (passOver(words, shift, sorted, spare)) [sorted, spare] = [spare, sorted];
  }
  return sorted;
}

function compare(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** The low and the high bits of the numbers, changed so that they sort as unsigned integers; −0 as 0, every NaN alike. */
function sortableWords(values: Numbers): [low: Uint32Array, high: Uint32Array] {
  const number = new Float64Array(1);
  const bits = new Uint32Array(number.buffer);
  const low = new Uint32Array(values.length);
  const high = new Uint32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    number[0] = value === value ? value + 0 : NaN;
    const flip = -(bits[1]! >>> 31);
    low[row] = bits[0]! ^ flip;
    high[row] = bits[1]! ^ (flip | 0x80000000);
  }
  return [low, high];
}

/** One stable pass of a radix sort by least significant digit (Knuth, TAOCP 3, 5.2.5 R); false where all digits agree. */
function passOver(words: Uint32Array, shift: number, from: Uint32Array, to: Uint32Array): boolean {
  const starts = new Uint32Array(DIGITS);
  for (let row = 0; row < words.length; row++) starts[(words[row]! >>> shift) & (DIGITS - 1)]! += 1;
  if (starts[(words[0]! >>> shift) & (DIGITS - 1)] === words.length) return false;
  let next = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = starts[digit]!;
    starts[digit] = next;
    next += count;
  }
  for (let index = 0; index < from.length; index++) {
    const row = from[index]!;
    to[starts[(words[row]! >>> shift) & (DIGITS - 1)]!++] = row;
  }
  return true;
}
