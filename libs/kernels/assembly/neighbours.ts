// kernel
// Exact nearest neighbours: rows are rotated, ordered as a k-d tree, put into boxes, and then searched. Every call takes the
// address of the record (neighbours-record.ts) and the thread; the calls have to come in the order of this file.
import { gatherShare, joinBoxes, placeShare } from "./neighbours-boxes";
import { orderBelow, orderLevel } from "./neighbours-order";
import { columns, nextPiece, openRecord, levelCount } from "./neighbours-record";
import { rotateShare } from "./neighbours-rotation";
import { findNearest, NOWHERE } from "./neighbours-search";

/** Queries that a thread takes at once. */
const TAKEN: i32 = 16;

export function rotateRows(record: usize, thread: i32, threads: i32): void {
  openRecord(record, thread);
  rotateShare(thread, threads);
}

export function splitLevel(record: usize, thread: i32, level: i32): void {
  openRecord(record, thread);
  orderLevel(level);
}

export function splitBelow(record: usize, thread: i32, level: i32): void {
  openRecord(record, thread);
  orderBelow(level);
}

export function placePoints(record: usize, thread: i32, threads: i32): void {
  openRecord(record, thread);
  placeShare(thread, threads);
}

/** By the first thread alone: there are few boxes above the leaves. */
export function joinNodes(record: usize, thread: i32): void {
  openRecord(record, thread);
  if (thread != 0) return;
  for (let level = 1; level < levelCount; level++) joinBoxes(level);
}

export function gatherRows(record: usize, thread: i32, threads: i32): void {
  openRecord(record, thread);
  gatherShare(thread, threads);
}

/**
 * The k nearest of each query. `places` are u32: where the queries are in the order of the tree; with 0 for it, the queries
 * are the rows at `rows`. A query is never its own neighbour.
 */
export function nearest(
  record: usize,
  thread: i32,
  places: usize,
  rows: usize,
  count: i32,
  k: i32,
  distances: usize,
  found: usize,
): void {
  openRecord(record, thread);
  for (let first = nextPiece() * TAKEN; first < count; first = nextPiece() * TAKEN) {
    for (let query = first; query < min(first + TAKEN, count); query++) {
      const at = <usize>query;
      const place = places == 0 ? NOWHERE : load<i32>(places + (at << 2));
      const list = at * <usize>k;
      findNearest(rows + at * <usize>columns * 4, place, k, distances + (list << 3), found + (list << 2));
    }
  }
}
