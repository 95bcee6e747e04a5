// The nodes of the tree that grows, 64 bytes each, in memory that all threads share; thread 0 writes them.
import { nodes } from "./boosting-settings";
import { BIN, COLUMN, FLAGS, SET } from "./split-candidate";

const NODE_BYTES: usize = 64;
/** −1 at a leaf. */
const NODE_COLUMN: usize = 0;
const NODE_BIN: usize = 4;
const NODE_LEFT: usize = 8;
const NODE_FLAGS: usize = 12;
const NODE_VALUE: usize = 16;
const NODE_GAIN: usize = 20;
const NODE_COVER: usize = 24;
const NODE_SET: usize = 32;

@inline
export function nodeAt(node: i32): usize {
  return nodes + <usize>node * NODE_BYTES;
}

export function writeLeafNode(node: i32): void {
  memory.fill(nodeAt(node), 0, NODE_BYTES);
  store<i32>(nodeAt(node), -1, NODE_COLUMN);
}

export function writeSplitNode(node: i32, split: usize, left: i32, gain: f64): void {
  const place = nodeAt(node);
  store<i32>(place, load<i32>(split, COLUMN), NODE_COLUMN);
  store<i32>(place, load<i32>(split, BIN), NODE_BIN);
  store<i32>(place, left, NODE_LEFT);
  store<i32>(place, load<i32>(split, FLAGS), NODE_FLAGS);
  store<f32>(place, <f32>gain, NODE_GAIN);
  memory.copy(place + NODE_SET, split + SET, 32);
  writeLeafNode(left);
  writeLeafNode(left + 1);
}

@inline
export function columnOf(node: usize): i32 {
  return load<i32>(node, NODE_COLUMN);
}

@inline
export function binOf(node: usize): i32 {
  return load<i32>(node, NODE_BIN);
}

@inline
export function leftOf(node: usize): i32 {
  return load<i32>(node, NODE_LEFT);
}

@inline
export function flagsOf(node: usize): i32 {
  return load<i32>(node, NODE_FLAGS);
}

@inline
export function setOf(node: usize): usize {
  return node + NODE_SET;
}

@inline
export function valueOfNode(node: usize): f32 {
  return load<f32>(node, NODE_VALUE);
}

export function writeValue(node: i32, value: f32): void {
  store<f32>(nodeAt(node), value, NODE_VALUE);
}

export function addCover(node: i32, cover: i64): void {
  atomic.add<i64>(nodeAt(node), cover, NODE_COVER);
}
