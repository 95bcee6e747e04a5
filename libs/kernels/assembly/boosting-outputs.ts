// What the leaves of a grown tree say, and the scores of all rows with it.
import { barrier } from "./barrier";
import {
  firstRowOf, isLearnedFrom, learnsFromAll, learningRate, meetingPlace, objective, thread, threads,
} from "./boosting-settings";
import { countOf, coverOf, indicesOf, l2OfLeaf, leafAt, lowerOf, nodeOf, pairOfLeaf, upperOf } from "./boosting-leaves";
import {
  addCover, binOf, columnOf, flagsOf, leftOf, nodeAt, setOf, valueOfNode, writeValue,
} from "./boosting-nodes";
import { residualQuantile } from "./boosting-renewal";
import { ABSOLUTE, QUANTILE, scoresOf } from "./gradients-objectives";
import { gradientOf, hessianOf, outputUnit } from "./gradients-pair";
import { goesLeft } from "./partition";
import { outputOf } from "./split-leaf";

export function finishTree(leaves: i32, output: i32): void {
  const values = scoresOf(output);
  barrier(meetingPlace, threads);
  for (let leaf = thread; leaf < leaves; leaf += threads) {
    writeValue(nodeOf(leafAt(leaf)), <f32>(outputOfLeaf(leaf, values) * learningRate));
  }
  barrier(meetingPlace, threads);
  for (let leaf = 0; leaf < leaves; leaf++) addToRows(leafAt(leaf), values);
  if (!learnsFromAll()) addToOthers(values);
}

function outputOfLeaf(leaf: i32, values: usize): f64 {
  if (objective == ABSOLUTE || objective == QUANTILE) return residualQuantile(leaf, values);
  const record = leafAt(leaf);
  const pair = pairOfLeaf(record);
  const output = outputOf(gradientOf(pair), hessianOf(pair), l2OfLeaf(record), lowerOf(record), upperOf(record));
  return output * outputUnit;
}

function addToRows(leaf: usize, values: usize): void {
  const value = valueOfNode(nodeAt(nodeOf(leaf)));
  const end = indicesOf(leaf) + (<usize>countOf(leaf) << 2);
  for (let place = indicesOf(leaf); place < end; place += 4) {
    const score = values + (<usize>load<u32>(place) << 2);
    store<f32>(score, load<f32>(score) + value);
  }
  addCover(nodeOf(leaf), coverOf(leaf));
}

/** Rows that were not learned from come to their leaves by the tree's questions. */
function addToOthers(values: usize): void {
  const last = firstRowOf(thread + 1);
  for (let row = firstRowOf(thread); row < last; row++) {
    if (isLearnedFrom(row)) continue;
    const score = values + (<usize>row << 2);
    store<f32>(score, load<f32>(score) + valueFor(row));
  }
}

function valueFor(row: usize): f32 {
  let node = nodeAt(0);
  for (let column = columnOf(node); column >= 0; column = columnOf(node)) {
    const left = goesLeft(row, column, binOf(node), flagsOf(node), setOf(node));
    node = nodeAt(leftOf(node) + <i32>!left);
  }
  return valueOfNode(node);
}
