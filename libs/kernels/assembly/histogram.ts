// Histograms of gradient pairs by bin (Chen and Guestrin 2016, Ke et al. 2017): a column has one i64 a bin, all columns lie side by side.
import { barrier } from "./barrier";
import {
  binCount, bins, columns, firstColumnOf, gradients, isUsed, meetingPlace, partials, stride, thread, threads,
} from "./boosting-settings";

/** 256 bins of 8 bytes, and a cache line: equal bins of many columns would else fall on the same lines of the cache. */
export const COLUMN_BYTES: usize = 2112;

@inline
export function histogramBytes(): usize {
  return <usize>columns * COLUMN_BYTES;
}

@inline
export function binsOf(histogram: usize, column: i32): usize {
  return histogram + <usize>column * COLUMN_BYTES;
}

/** Fills two histograms' worth: `small` from rows, and takes it from `large`, which was the parent's; no `large`, no subtraction. */
export function fillHistogram(indices: usize, count: i32, small: usize, large: usize): void {
  const own = threads == 1 ? small : partials + <usize>thread * histogramBytes();
  addRows(indices, count, own);
  barrier(meetingPlace, threads);
  const last = firstColumnOf(thread + 1);
  for (let column = firstColumnOf(thread); column < last; column++) {
    if (isUsed(column)) mergeColumn(column, small, large);
  }
}

function mergeColumn(column: i32, small: usize, large: usize): void {
  const offset = <usize>column * COLUMN_BYTES;
  const bytes = ((<usize>binCount(column) + 1) & ~1) << 3;
  if (threads > 1) addPartials(offset, bytes, small);
  if (large) subtract(large + offset, small + offset, bytes);
}

function addPartials(offset: usize, bytes: usize, to: usize): void {
  const between = histogramBytes();
  for (let end = offset + bytes; offset < end; offset += 16) {
    let sum = v128.load(partials + offset);
    for (let other = 1; other < threads; other++) {
      sum = i64x2.add(sum, v128.load(partials + <usize>other * between + offset));
    }
    v128.store(to + offset, sum);
  }
}

function subtract(from: usize, what: usize, bytes: usize): void {
  for (let offset: usize = 0; offset < bytes; offset += 16) {
    v128.store(from + offset, i64x2.sub(v128.load(from + offset), v128.load(what + offset)));
  }
}

/** So many rows stay in the cache while one run of columns after the other is added. */
const ROWS_AT_A_TIME: usize = 1024 * 4;
/** So far ahead rows are touched: they come from memory while others are added. */
const AHEAD: usize = 12 * 4;

/** What was touched ahead; kept so that it is not left out. */
let touched: i64 = 0;

function addRows(indices: usize, count: i32, histogram: usize): void {
  for (let column = 0; column < columns; column++) {
    if (isUsed(column)) memory.fill(binsOf(histogram, column), 0, <usize>binCount(column) << 3);
  }
  const end = indices + (<usize>count << 2);
  for (; indices < end; indices += ROWS_AT_A_TIME) addColumns(indices, min(end, indices + ROWS_AT_A_TIME), histogram);
}

/** Runs of used columns are added together: as many as fit are unrolled, so that an address is one constant away from the row's. */
function addColumns(indices: usize, end: usize, histogram: usize): void {
  for (let column = 0; column < columns; ) {
    if (!isUsed(column)) {
      column++;
      continue;
    }
    let width = 1;
    while (column + width < columns && width < 12 && isUsed(column + width)) width++;
    column += addRun(column, width, indices, end, histogram);
  }
}

function addRun(column: i32, width: i32, indices: usize, end: usize, histogram: usize): i32 {
  const taken = width >= 12 ? 12 : width >= 8 ? 8 : width >= 4 ? 4 : 1;
  const to = binsOf(histogram, column);
  const from = bins + <usize>column;
  if (taken == 12) addTwelve(indices, end, from, to);
  else if (taken == 8) addEight(indices, end, from, to);
  else if (taken == 4) addFour(indices, end, from, to);
  else addOneColumn(indices, end, from, to);
  return taken;
}

/** Behind the thread's rows the index goes on with other rows' numbers. */
@inline
function touchAhead(indices: usize, from: usize): void {
  const row = <usize>load<u32>(indices, AHEAD);
  touched ^= load<u8>(from + row * stride) + pairOf(row);
}

@inline
function pairOf(row: usize): i64 {
  return load<i64>(gradients + (row << 3));
}

@inline
function addTo(place: usize, pair: i64): void {
  store<i64>(place, load<i64>(place) + pair);
}

@inline
function addFourAt(row: usize, to: usize, pair: i64): void {
  addTo(to + (<usize>load<u8>(row) << 3), pair);
  addTo(to + (<usize>load<u8>(row, 1) << 3) + COLUMN_BYTES, pair);
  addTo(to + (<usize>load<u8>(row, 2) << 3) + 2 * COLUMN_BYTES, pair);
  addTo(to + (<usize>load<u8>(row, 3) << 3) + 3 * COLUMN_BYTES, pair);
}

function addTwelve(indices: usize, end: usize, from: usize, to: usize): void {
  for (; indices < end; indices += 4) {
    const row = <usize>load<u32>(indices);
    touchAhead(indices, from);
    const pair = pairOf(row);
    const place = from + row * stride;
    addFourAt(place, to, pair);
    addFourAt(place + 4, to + 4 * COLUMN_BYTES, pair);
    addFourAt(place + 8, to + 8 * COLUMN_BYTES, pair);
  }
}

function addEight(indices: usize, end: usize, from: usize, to: usize): void {
  for (; indices < end; indices += 4) {
    const row = <usize>load<u32>(indices);
    touchAhead(indices, from);
    const pair = pairOf(row);
    const place = from + row * stride;
    addFourAt(place, to, pair);
    addFourAt(place + 4, to + 4 * COLUMN_BYTES, pair);
  }
}

function addFour(indices: usize, end: usize, from: usize, to: usize): void {
  for (; indices < end; indices += 4) {
    const row = <usize>load<u32>(indices);
    addFourAt(from + row * stride, to, pairOf(row));
  }
}

function addOneColumn(indices: usize, end: usize, from: usize, to: usize): void {
  for (; indices < end; indices += 4) {
    const row = <usize>load<u32>(indices);
    addTo(to + (<usize>load<u8>(from + row * stride) << 3), pairOf(row));
  }
}
