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
let touched: u32 = 0;

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
  const to = binsOf(histogram, column);
  const from = bins + <usize>column;
  if (width >= 12) addTwelve(indices, end, from, to);
  else if (width >= 10) addTen(indices, end, from, to);
  else if (width >= 8) addEight(indices, end, from, to);
  else if (width >= 6) addSix(indices, end, from, to);
  else if (width >= 4) addFour(indices, end, from, to);
  else if (width >= 2) addTwo(indices, end, from, to);
  else addOne(indices, end, from, to);
  return width == 1 ? 1 : width & ~1;
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
function addTwoAt(row: usize, to: usize, pair: i64): void {
  addTo(to + (<usize>load<u8>(row) << 3), pair);
  addTo(to + (<usize>load<u8>(row, 1) << 3) + COLUMN_BYTES, pair);
}

@inline
function addFourAt(row: usize, to: usize, pair: i64): void {
  addTo(to + (<usize>load<u8>(row) << 3), pair);
  addTo(to + (<usize>load<u8>(row, 1) << 3) + COLUMN_BYTES, pair);
  addTo(to + (<usize>load<u8>(row, 2) << 3) + 2 * COLUMN_BYTES, pair);
  addTo(to + (<usize>load<u8>(row, 3) << 3) + 3 * COLUMN_BYTES, pair);
}

/**
 * `width` is a constant wherever this is called, so what it does not need is left out. The next row's place and pair are on their
 * way while a row is added. Behind the thread's rows the index goes on with other rows' numbers, so to look ahead is harmless.
 */
@inline
function addEach(width: i32, indices: usize, end: usize, from: usize, to: usize): void {
  let ahead: u32 = 0;
  const first = <usize>load<u32>(indices);
  let place = from + first * stride;
  let pair = pairOf(first);
  for (; indices < end; indices += 4) {
    const next = <usize>load<u32>(indices, 4);
    const nextPair = pairOf(next);
    const nextPlace = from + next * stride;
    const later = <usize>load<u32>(indices, AHEAD);
    ahead ^= <u32>load<u8>(from + later * stride) ^ load<u8>(gradients + (later << 3));
    if (width == 1) addTo(to + (<usize>load<u8>(place) << 3), pair);
    if (width & 2) addTwoAt(place, to, pair);
    const fours = width & 2 ? 2 : 0;
    const toFours = to + fours * COLUMN_BYTES;
    if (width >= 4) addFourAt(place + fours, toFours, pair);
    if (width >= 8) addFourAt(place + fours + 4, toFours + 4 * COLUMN_BYTES, pair);
    if (width >= 12) addFourAt(place + fours + 8, toFours + 8 * COLUMN_BYTES, pair);
    pair = nextPair;
    place = nextPlace;
  }
  touched ^= ahead;
}

function addTwelve(indices: usize, end: usize, from: usize, to: usize): void {
  addEach(12, indices, end, from, to);
}

function addTen(indices: usize, end: usize, from: usize, to: usize): void {
  addEach(10, indices, end, from, to);
}

function addEight(indices: usize, end: usize, from: usize, to: usize): void {
  addEach(8, indices, end, from, to);
}

function addSix(indices: usize, end: usize, from: usize, to: usize): void {
  addEach(6, indices, end, from, to);
}

function addFour(indices: usize, end: usize, from: usize, to: usize): void {
  addEach(4, indices, end, from, to);
}

function addTwo(indices: usize, end: usize, from: usize, to: usize): void {
  addEach(2, indices, end, from, to);
}

function addOne(indices: usize, end: usize, from: usize, to: usize): void {
  addEach(1, indices, end, from, to);
}
