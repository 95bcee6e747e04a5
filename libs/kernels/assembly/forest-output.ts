// Nodes and leaves as learning's trees/tree-ensemble.ts has them; tree after tree, each with numbers of its own from 0 on.
import { isLeftBin } from "./forest-best";
import {
  categorySets,
  directory,
  DIRECTORY_BYTES,
  leafCapacity,
  leafValues,
  mostLeaves,
  nodeCapacity,
  nodeCover,
  nodeFeature,
  nodeFlags,
  nodeGain,
  nodeLeft,
  nodeThreshold,
  outputs,
  weightUnit,
} from "./forest-task";

const MISSING_LEFT: u8 = 1;
const ASKS_CATEGORY: u8 = 2;

/** Where the tree at hand begins, and how many it has so far. */
let firstNode: i32 = 0;
let firstLeaf: i32 = 0;
let firstSet: i32 = 0;
let nodes: i32 = 0;
let leaves: i32 = 0;
let sets: i32 = 0;

export function beginOutput(): void {
  firstNode = firstLeaf = firstSet = nodes = leaves = sets = 0;
}

/** There are as many sets as leaves at most, and room for as many. */
export function hasRoomForTree(): bool {
  return firstNode + 2 * mostLeaves <= nodeCapacity && firstLeaf + mostLeaves <= leafCapacity;
}

export function beginTree(): void {
  nodes = 1;
  leaves = sets = 0;
}

export function endTree(tree: i32, room: usize): void {
  const record = directory + <usize>tree * DIRECTORY_BYTES;
  store<u32>(record, <u32>room);
  store<i32>(record, firstNode, 4);
  store<i32>(record, nodes, 8);
  store<i32>(record, firstLeaf, 12);
  store<i32>(record, leaves, 16);
  store<i32>(record, firstSet, 20);
  store<i32>(record, sets, 24);
  firstNode += nodes;
  firstLeaf += leaves;
  firstSet += sets;
}

/** The first of two new nodes. */
export function newChildren(): i32 {
  nodes += 2;
  return nodes - 2;
}

function writeNode(node: i32, feature: i32, left: i32, flags: u8, weight: f64, gain: f64): void {
  const at = <usize>(firstNode + node);
  store<i32>(nodeFeature + (at << 2), feature);
  store<i32>(nodeLeft + (at << 2), left);
  store<u8>(nodeFlags + at, flags);
  store<f32>(nodeCover + (at << 2), <f32>(weight * weightUnit));
  store<f32>(nodeGain + (at << 2), <f32>gain);
}

export function writeNumberNode(
  node: i32, column: i32, threshold: f32, missingLeft: bool, left: i32, weight: f64, gain: f64,
): void {
  writeNode(node, column, left, missingLeft ? MISSING_LEFT : 0, weight, gain);
  store<f32>(nodeThreshold + (<usize>(firstNode + node) << 2), threshold);
}

export function writeCategoryNode(
  node: i32, column: i32, missingLeft: bool, left: i32, weight: f64, gain: f64,
): void {
  writeNode(node, column, left, ASKS_CATEGORY | (missingLeft ? MISSING_LEFT : 0), weight, gain);
  store<f32>(nodeThreshold + (<usize>(firstNode + node) << 2), <f32>sets);
  writeSet();
}

/** Of the bins the set of categories: the bin of a category is one more. */
function writeSet(): void {
  const set = categorySets + (<usize>(firstSet + sets) << 5);
  memory.fill(set, 0, 32);
  for (let category: u32 = 0; category < 255; category++) {
    const part = set + <usize>((category >> 5) << 2);
    store<u32>(part, load<u32>(part) | (<u32>isLeftBin(category + 1) << (category & 31)));
  }
  sets++;
}

/** A leaf; says where its values are to be written. */
export function writeLeafNode(node: i32, weight: f64): usize {
  writeNode(node, -1, leaves, 0, weight, 0);
  store<f32>(nodeThreshold + (<usize>(firstNode + node) << 2), 0);
  return leafValues + ((<usize>(firstLeaf + leaves++) * outputs) << 2);
}
