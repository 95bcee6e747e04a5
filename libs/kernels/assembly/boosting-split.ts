// A leaf becomes two: its rows are parted, its sums shared out, and where outputs must go one way the children get bounds.
import { monotone, spare, thread } from "./boosting-settings";
import {
  bestGainOf, bestSplitOf, beginOf, countOf, depthOf, indicesOf, leafAt, lowerOf, nodeOf, pairOfLeaf, rowsOf, setBounds,
  setPlace, setRows, setSums, upperOf,
} from "./boosting-leaves";
import { writeSplitNode } from "./boosting-nodes";
import { countTogether } from "./boosting-rows";
import { gainUnit, gradientOf, hessianOf } from "./gradients-pair";
import { partition } from "./partition";
import { ASKS_CATEGORY, BIN, COLUMN, EXTRA_L2, FLAGS, LEFT_PAIR, SET } from "./split-candidate";
import { outputOf } from "./split-leaf";

/** The left child takes the leaf's place, the right one is `right`; their nodes are `node` and the next. */
export function splitLeaf(leaf: i32, right: i32, node: i32): void {
  const parent = leafAt(leaf);
  const split = bestSplitOf(parent);
  if (thread == 0) writeSplitNode(nodeOf(parent), split, node, bestGainOf(parent) * gainUnit);
  handDownBounds(parent, leafAt(right), split);
  handDownPlace(parent, leafAt(right), node, load<f64>(split, EXTRA_L2));
  const pair = load<i64>(split, LEFT_PAIR);
  partRows(parent, leafAt(right), split);
  shareSums(parent, leafAt(right), pair, countTogether(parent));
}

function handDownPlace(left: usize, right: usize, node: i32, extraL2: f64): void {
  const depth = depthOf(left) + 1;
  setPlace(left, node, depth, extraL2);
  setPlace(right, node + 1, depth, extraL2);
}

function partRows(left: usize, right: usize, split: usize): void {
  const begin = beginOf(left);
  const count = countOf(left);
  const own = spare + (<usize>begin << 2);
  const set = split + SET;
  const lefts = partition(
    indicesOf(left), count, own, load<i32>(split, COLUMN), load<i32>(split, BIN), load<i32>(split, FLAGS), set,
  );
  setRows(left, begin, lefts);
  setRows(right, begin + lefts, count - lefts);
}

function shareSums(left: usize, right: usize, leftPair: i64, leftRows: f64): void {
  const pair = pairOfLeaf(left);
  const rows = rowsOf(left);
  setSums(left, leftPair, leftRows);
  setSums(right, pair - leftPair, rows - leftRows);
}

/** LightGBM's basic method: behind a split that must rise or fall, neither side's outputs may pass the middle of the two. */
function handDownBounds(left: usize, right: usize, split: usize): void {
  const lower = lowerOf(left);
  const upper = upperOf(left);
  setBounds(right, lower, upper);
  if (monotone == 0 || load<i32>(split, FLAGS) & ASKS_CATEGORY) return;
  const direction = load<i8>(monotone + <usize>load<i32>(split, COLUMN));
  if (direction == 0) return;
  const middle = middleOf(pairOfLeaf(left), load<i64>(split, LEFT_PAIR), lower, upper);
  setBounds(left, direction > 0 ? lower : middle, direction > 0 ? middle : upper);
  setBounds(right, direction > 0 ? middle : lower, direction > 0 ? upper : middle);
}

function middleOf(pair: i64, left: i64, lower: f64, upper: f64): f64 {
  const right = pair - left;
  const leftOutput = outputOf(gradientOf(left), hessianOf(left), 0, lower, upper);
  const rightOutput = outputOf(gradientOf(right), hessianOf(right), 0, lower, upper);
  return (leftOutput + rightOutput) * 0.5;
}
