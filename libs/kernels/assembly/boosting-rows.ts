// Which rows a tree learns from, and how many of all threads' are in a leaf.
import { barrier } from "./barrier";
import {
  candidates, coverScale, firstRowOf, index, isLearnedFrom, learnsFromAll, meetingPlace, thread, threads, weights,
} from "./boosting-settings";
import { countOf, coverOf, setRows } from "./boosting-leaves";
import { CANDIDATE_BYTES } from "./split-candidate";

/** Threads tell each other by a record for each of two leaves; in turns at two places, so that one may go on while another reads. */
let turn = 0;
/** A row of weight 2 is two rows. Where weights are small on the whole they only compare rows with each other, and rows are counted. */
let countsWeights = false;

@inline
export function findingOf(ofThread: i32, which: i32): usize {
  return candidates + <usize>((turn * threads + ofThread) * 2 + which) * CANDIDATE_BYTES;
}

export function takeTurn(): void {
  turn ^= 1;
}

/** Fills the thread's index, and says how many rows there are in all. */
export function takeRows(root: usize): f64 {
  const first = firstRowOf(thread);
  const last = firstRowOf(thread + 1);
  const all = learnsFromAll();
  let count = 0;
  for (let row = first; row < last; row++) {
    store<u32>(index + (<usize>(first + count) << 2), row);
    count += <i32>(all || isLearnedFrom(row));
  }
  setRows(root, first, count);
  countsWeights = false;
  const rows = countTogether(root);
  if (weights == 0) return rows;
  countsWeights = true;
  const weight = countTogether(root);
  countsWeights = weight > rows;
  return max<f64>(weight, rows);
}

export function countTogether(leaf: usize): f64 {
  store<i64>(findingOf(thread, 0), countsWeights ? coverOf(leaf) : countOf(leaf));
  barrier(meetingPlace, threads);
  let sum: i64 = 0;
  for (let other = 0; other < threads; other++) sum += load<i64>(findingOf(other, 0));
  takeTurn();
  return countsWeights ? <f64>sum / coverScale : <f64>sum;
}
