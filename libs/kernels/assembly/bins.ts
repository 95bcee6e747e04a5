// Bins of a matrix: where those of a column end, and which one each value is in. The contract is told in learning's trees/bins.ts.

/** Bounds a column has room for: 255 bins need 254, and a search that halves wants a power of two. */
const BOUNDS = 256;
const NONE: f32 = Infinity;
const TILE = 128;

/** Plans the columns from `first` to `last` of a sample of rows; `scratch` has room for two columns of it and the sort's counters. */
export function planBounds(
  first: i32, last: i32, rows: i32, columns: i32, sample: usize,
  scratch: usize, maxBins: i32, bounds: usize, counts: usize,
): void {
  const keys = scratch + COUNTERS;
  const other = keys + (<usize>rows << 2);
  for (let column = first; column < last; column++) {
    const present = keysOf(sample + (<usize>column << 2), rows, <usize>columns << 2, keys);
    const sorted = sortKeys(keys, other, present, scratch);
    store<i32>(counts + (<usize>column << 2), boundsOf(sorted, present, maxBins, bounds + ((<usize>column * BOUNDS) << 2)));
  }
}

/** Whole numbers in the order of the values; NaN is left out, and −0 is 0. */
function keysOf(values: usize, rows: i32, rowStep: usize, keys: usize): i32 {
  let count = 0;
  for (let row = 0; row < rows; row++, values += rowStep) {
    const value = load<f32>(values) + 0;
    const bits = reinterpret<u32>(value);
    store<u32>(keys + (<usize>count << 2), bits ^ (<u32>(<i32>bits >> 31) | 0x8000_0000));
    count += <i32>(value == value);
  }
  return count;
}

@inline
function valueOf(key: u32): f32 {
  return reinterpret<f32>(key ^ (~<u32>(<i32>key >> 31) | 0x8000_0000));
}

const DIGIT = 11;
const DIGITS = 1 << DIGIT;
const COUNTERS: usize = 3 * DIGITS * 4;

/** Radix sort with three digits; says where the sorted keys are. */
function sortKeys(keys: usize, other: usize, count: i32, counters: usize): usize {
  countDigits(keys, count, counters);
  for (let digit = 0; digit < 3; digit++) {
    beginsOf(counters + (<usize>digit * DIGITS << 2));
    scatter(keys, other, count, counters + (<usize>digit * DIGITS << 2), digit * DIGIT);
    const swapped = keys;
    keys = other;
    other = swapped;
  }
  return keys;
}

function countDigits(keys: usize, count: i32, counters: usize): void {
  memory.fill(counters, 0, COUNTERS);
  for (let index = 0; index < count; index++) {
    const key = load<u32>(keys + (<usize>index << 2));
    addOne(counters + (<usize>(key & (DIGITS - 1)) << 2));
    addOne(counters + (<usize>(DIGITS + ((key >> DIGIT) & (DIGITS - 1))) << 2));
    addOne(counters + (<usize>(2 * DIGITS + (key >> (2 * DIGIT))) << 2));
  }
}

@inline
function addOne(counter: usize): void {
  store<i32>(counter, load<i32>(counter) + 1);
}

function beginsOf(counters: usize): void {
  let begin = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = load<i32>(counters + (<usize>digit << 2));
    store<i32>(counters + (<usize>digit << 2), begin);
    begin += count;
  }
}

function scatter(keys: usize, to: usize, count: i32, begins: usize, shift: u32): void {
  for (let index = 0; index < count; index++) {
    const key = load<u32>(keys + (<usize>index << 2));
    const begin = begins + (<usize>((key >> shift) & (DIGITS - 1)) << 2);
    const at = load<i32>(begin);
    store<u32>(to + (<usize>at << 2), key);
    store<i32>(begin, at + 1);
  }
}

/** The end of the run of equal keys that begins at `start`. */
@inline
function runEnd(keys: usize, start: i32, count: i32): i32 {
  const key = load<u32>(keys + (<usize>start << 2));
  let end = start + 1;
  while (end < count && load<u32>(keys + (<usize>end << 2)) == key) end++;
  return end;
}

/**
 * Bins of about equally many rows; a value with as many rows as a whole bin has one of its own, as LightGBM's GreedyFindBin has
 * it (Ke et al. 2017). Writes the bounds between the bins, fills up with Infinity, and returns the count of bins, missing included.
 */
function boundsOf(keys: usize, count: i32, maxBins: i32, bounds: usize): i32 {
  for (let bound = 0; bound < BOUNDS; bound++) store<f32>(bounds + (<usize>bound << 2), NONE);
  const share = <f64>count / <f64>maxBins;
  let distinct = 0;
  let big = 0;
  let bigRows = 0;
  for (let start = 0; start < count; ) {
    const end = runEnd(keys, start, count);
    distinct++;
    if (<f64>(end - start) >= share) {
      big++;
      bigRows += end - start;
    }
    start = end;
  }
  if (distinct <= maxBins) return closeEachValue(keys, count, bounds);
  return closeByRows(keys, count, maxBins, bounds, share, count - bigRows, maxBins - big);
}

function closeEachValue(keys: usize, count: i32, bounds: usize): i32 {
  let bins = 0;
  for (let start = 0; start < count; ) {
    const end = runEnd(keys, start, count);
    if (end < count) store<f32>(bounds + (<usize>bins << 2), between(keys, end));
    bins++;
    start = end;
  }
  return max(bins, 1) + 1;
}

function closeByRows(
  keys: usize, count: i32, maxBins: i32, bounds: usize, share: f64, restRows: i32, restBins: i32,
): i32 {
  let bins = 0;
  let inBin = 0;
  let wanted = <f64>restRows / <f64>max(restBins, 1);
  let end = runEnd(keys, 0, count);
  for (let start = 0; end < count && bins < maxBins - 1; ) {
    const run = end - start;
    const next = runEnd(keys, end, count);
    const big = <f64>run >= share;
    const bigNext = <f64>(next - end) >= share;
    if (!big) restRows -= run;
    inBin += run;
    if (big || <f64>inBin >= wanted || (bigNext && <f64>inBin >= max<f64>(1, wanted * 0.5))) {
      store<f32>(bounds + (<usize>bins << 2), between(keys, end));
      bins++;
      inBin = 0;
      if (!big) {
        restBins--;
        wanted = <f64>restRows / <f64>max(restBins, 1);
      }
    }
    start = end;
    end = next;
  }
  return bins + 2;
}

/** A float32 from the value before `end` on, and below the one at `end`. */
function between(keys: usize, end: i32): f32 {
  const low = valueOf(load<u32>(keys + (<usize>(end - 1) << 2)));
  const high = valueOf(load<u32>(keys + (<usize>end << 2)));
  const middle = <f32>((<f64>low + <f64>high) * 0.5);
  return middle >= low && middle < high ? middle : low;
}

/**
 * Writes the bins of the rows from `first` to `last` of a block. The values of its row r begin at `values` + r × columns values, its bins at
 * `bins` + r × stride. A column whose byte in `categorical` is not 0 holds codes.
 */
export function assignBins(
  first: i32, last: i32, columns: i32, values: usize, bounds: usize, categorical: usize, bins: usize, stride: i32,
): void {
  for (let tile = first; tile < last; tile += TILE) {
    const end = min(tile + TILE, last);
    for (let column = 0; column < columns; column++) {
      const from = values + ((<usize>tile * columns + <usize>column) << 2);
      const to = bins + <usize>tile * stride + <usize>column;
      if (load<u8>(categorical + <usize>column)) assignCodes(end - tile, columns, from, to, stride);
      else assignNumbers(end - tile, columns, from, bounds + ((<usize>column * BOUNDS) << 2), to, stride);
    }
  }
}

function assignCodes(rows: i32, columns: i32, from: usize, to: usize, stride: i32): void {
  for (let row = 0; row < rows; row++) {
    const code = load<f32>(from);
    store<u8>(to, code >= 0 && code < 255 ? <u8>(<i32>code + 1) : 0);
    from += <usize>columns << 2;
    to += stride;
  }
}

function assignNumbers(rows: i32, columns: i32, from: usize, bounds: usize, to: usize, stride: i32): void {
  for (let row = 0; row < rows; row++) {
    const value = load<f32>(from);
    let at = bounds;
    at += <usize>(value > load<f32>(at, 127 << 2)) << 9;
    at += <usize>(value > load<f32>(at, 63 << 2)) << 8;
    at += <usize>(value > load<f32>(at, 31 << 2)) << 7;
    at += <usize>(value > load<f32>(at, 15 << 2)) << 6;
    at += <usize>(value > load<f32>(at, 7 << 2)) << 5;
    at += <usize>(value > load<f32>(at, 3 << 2)) << 4;
    at += <usize>(value > load<f32>(at, 1 << 2)) << 3;
    at += <usize>(value > load<f32>(at)) << 2;
    store<u8>(to, value == value ? <u8>((at - bounds) >> 2) + 1 : 0);
    from += <usize>columns << 2;
    to += stride;
  }
}

/** Copies the bins of the rows from `first` to `last` of all into column-major order; a column has `rows` of them there. */
export function turnBins(first: i32, last: i32, columns: i32, bins: usize, stride: i32, to: usize, rows: i32): void {
  for (let tile = first; tile < last; tile += TILE) {
    const end = min(tile + TILE, last);
    for (let column = 0; column < columns; column++) {
      let from = bins + <usize>tile * stride + <usize>column;
      let at = to + <usize>column * rows + <usize>tile;
      for (let row = tile; row < end; row++) {
        store<u8>(at, load<u8>(from));
        from += stride;
        at++;
      }
    }
  }
}
