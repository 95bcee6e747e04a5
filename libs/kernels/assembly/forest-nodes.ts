// Nodes that wait to be grown. The larger child waits longer, so that never more wait than the rows can be halved.
import { bestTotal, cellBytes, copyTotal, kind, nodeTotal, REGRESSION, stack } from "./forest-task";

/** What waits: these numbers, and the node's cell. */
const BEGIN: usize = 0;
const COUNT: usize = 4;
const UNSEEN_BEGIN: usize = 8;
const UNSEEN_COUNT: usize = 12;
const NODE: usize = 16;
const DEPTH: usize = 20;
const WEIGHT: usize = 24;
const TOTAL: usize = 32;

/** The node at hand: its rows, the rows on their way through it that the tree has not seen, and its weight. */
export let begin: i32 = 0;
export let count: i32 = 0;
export let unseenBegin: i32 = 0;
export let unseenCount: i32 = 0;
export let node: i32 = 0;
export let depth: i32 = 0;
export let weight: f64 = 0;

let waiting: i32 = 0;

@inline
function cellRoom(): usize {
  return (cellBytes + 15) & ~15;
}

@inline
function entryOf(place: i32): usize {
  return stack + <usize>place * (TOTAL + cellRoom());
}

export function forgetNodes(): void {
  waiting = 0;
}

/** Says the address of the cell of a node that waits from now on. */
function pushNode(atBegin: i32, rows: i32, atUnseen: i32, unseen: i32, number: i32, deep: i32, heavy: f64): usize {
  const entry = entryOf(waiting++);
  store<i32>(entry, atBegin, BEGIN);
  store<i32>(entry, rows, COUNT);
  store<i32>(entry, atUnseen, UNSEEN_BEGIN);
  store<i32>(entry, unseen, UNSEEN_COUNT);
  store<i32>(entry, number, NODE);
  store<i32>(entry, deep, DEPTH);
  store<f64>(entry, heavy, WEIGHT);
  return entry + TOTAL;
}

/** The root's total is what `nodeTotal` holds. */
export function pushRoot(rows: i32, unseen: i32, heavy: f64): void {
  copyTotal(pushNode(0, rows, rows, unseen, 0, 0, heavy), nodeTotal);
}

/** Takes the node that has come last; says whether there was one. */
export function popNode(): bool {
  if (waiting == 0) return false;
  const entry = entryOf(--waiting);
  begin = load<i32>(entry, BEGIN);
  count = load<i32>(entry, COUNT);
  unseenBegin = load<i32>(entry, UNSEEN_BEGIN);
  unseenCount = load<i32>(entry, UNSEEN_COUNT);
  node = load<i32>(entry, NODE);
  depth = load<i32>(entry, DEPTH);
  weight = load<f64>(entry, WEIGHT);
  copyTotal(nodeTotal, entry + TOTAL);
  return true;
}

/** The children of the node at hand, of which so many rows and unseen rows went left. */
export function pushChildren(left: i32, rows: i32, unseen: i32, leftWeight: f64): void {
  const leftIsLarger = rows * 2 > count;
  if (leftIsLarger) pushLeft(left, rows, unseen, leftWeight);
  pushRight(left + 1, rows, unseen, weight - leftWeight);
  if (!leftIsLarger) pushLeft(left, rows, unseen, leftWeight);
}

function pushLeft(number: i32, rows: i32, unseen: i32, leftWeight: f64): void {
  copyTotal(pushNode(begin, rows, unseenBegin, unseen, number, depth + 1, leftWeight), bestTotal);
}

function pushRight(number: i32, rows: i32, unseen: i32, rightWeight: f64): void {
  const total = pushNode(
    begin + rows, count - rows, unseenBegin + unseen, unseenCount - unseen, number, depth + 1, rightWeight,
  );
  for (let at: usize = 0; at < cellBytes; at += 16) {
    const all = v128.load(nodeTotal + at);
    const left = v128.load(bestTotal + at);
    v128.store(total + at, kind == REGRESSION ? f64x2.sub(all, left) : i32x4.sub(all, left));
  }
}
