import type { Matrix, Numbers } from "../data/matrix.js";
import type { Random } from "../data/random.js";
import { ASKS_CATEGORY, leafOf, MISSING_LEFT, type TreeEnsemble, type TreeModelState } from "./tree-ensemble.js";

/** Random models and rows for tests: not grown on anything, so that every case comes about. */
export interface RandomTrees {
  readonly trees: number;
  readonly leaves: number;
  readonly columns: number;
  readonly width?: number;
  /** Columns with codes; their nodes ask for sets. */
  readonly categorical?: readonly number[];
  readonly missing?: boolean;
}

export function randomTrees(shape: RandomTrees, random: Random): TreeEnsemble {
  const nodes = newNodes();
  for (let tree = 0; tree < shape.trees; tree++) growTree(shape, random, nodes);
  nodes.roots.push(nodes.feature.length);
  return {
    roots: Int32Array.from(nodes.roots),
    feature: Int32Array.from(nodes.feature),
    threshold: Float32Array.from(nodes.threshold),
    left: Int32Array.from(nodes.left),
    flags: Uint8Array.from(nodes.flags),
    sets: Uint32Array.from(nodes.sets),
    values: Float32Array.from(nodes.values),
    width: shape.width ?? 1,
    cover: Float32Array.from(nodes.cover),
    gain: new Float32Array(nodes.feature.length),
  };
}

type Nodes = Record<"roots" | "feature" | "threshold" | "left" | "flags" | "sets" | "values" | "cover", number[]>;

const newNodes = (): Nodes => ({
  roots: [],
  feature: [],
  threshold: [],
  left: [],
  flags: [],
  sets: [],
  values: [],
  cover: [],
});

function growTree(shape: RandomTrees, random: Random, nodes: Nodes): void {
  const root = nodes.feature.length;
  nodes.roots.push(root);
  addNode(nodes, 1000);
  const open = [root];
  for (let leaves = 1; leaves < shape.leaves; leaves++) {
    const node = open.splice(random.integer(open.length), 1)[0]!;
    splitNode(shape, random, nodes, node);
    open.push(nodes.left[node]!, nodes.left[node]! + 1);
  }
  for (const leaf of open.sort((a, b) => a - b)) endInLeaf(nodes, leaf, shape.width ?? 1, random);
}

function addNode(nodes: Nodes, cover: number): void {
  nodes.feature.push(-1);
  nodes.threshold.push(0);
  nodes.left.push(0);
  nodes.flags.push(0);
  nodes.cover.push(cover);
}

function splitNode(shape: RandomTrees, random: Random, nodes: Nodes, node: number): void {
  const feature = random.integer(shape.columns);
  nodes.feature[node] = feature;
  nodes.left[node] = nodes.feature.length;
  if (shape.missing && random.next() < 0.5) nodes.flags[node] = MISSING_LEFT;
  if (shape.categorical?.includes(feature)) askCategory(random, nodes, node);
  else nodes.threshold[node] = shape.missing && random.next() < 0.1 ? Infinity : Math.fround(random.next() * 2 - 1);
  const share = random.next();
  addNode(nodes, nodes.cover[node]! * share);
  addNode(nodes, nodes.cover[node]! * (1 - share));
}

function askCategory(random: Random, nodes: Nodes, node: number): void {
  nodes.flags[node]! |= ASKS_CATEGORY;
  nodes.threshold[node] = nodes.sets.length / 8;
  for (let word = 0; word < 8; word++) nodes.sets.push(Math.floor(random.next() * 2 ** 32));
}

function endInLeaf(nodes: Nodes, leaf: number, width: number, random: Random): void {
  nodes.left[leaf] = nodes.values.length / width;
  for (let output = 0; output < width; output++) nodes.values.push(random.next() - 0.5);
}

export function randomRows(rows: number, shape: RandomTrees, random: Random): Matrix {
  const values = new Float32Array(rows * shape.columns);
  for (let index = 0; index < values.length; index++) values[index] = randomValue(shape, index % shape.columns, random);
  return { rows, columns: shape.columns, values };
}

const ODD = [Infinity, -Infinity, 300, -1, 3.7, 0];

function randomValue({ categorical, missing }: RandomTrees, column: number, random: Random): number {
  if (missing && random.next() < 0.15) return NaN;
  if (missing && random.next() < 0.05) return ODD[random.integer(ODD.length)]!;
  return categorical?.includes(column) ? random.integer(256) : random.next() * 2 - 1;
}

export function boostedState(trees: TreeEnsemble, columns: number, scores = 1): TreeModelState {
  const link = scores > 1 ? "softmax" : "logistic";
  const init = Array.from({ length: scores }, (_, score) => score / 8 - 0.1);
  const classes = Math.max(2, scores);
  return { family: "test", version: 1, classes, columns, trees, combine: "boosted", init, link };
}

export const averagedState = (trees: TreeEnsemble, columns: number): TreeModelState => ({
  family: "test",
  version: 1,
  classes: trees.width > 1 ? trees.width : 0,
  columns,
  trees,
  combine: "averaged",
  init: [],
  link: "none",
});

/** What the definition of the trees says, without any kernel. */
export function plainScores({ trees, combine, init }: TreeModelState, features: Numbers): Float64Array {
  const count = trees.roots.length - 1;
  const sums = combine === "boosted" ? Float64Array.from(init) : new Float64Array(trees.width);
  for (let tree = 0; tree < count; tree++) {
    const leaf = leafOf(trees, trees.roots[tree]!, features);
    if (combine === "boosted") sums[tree % sums.length]! += trees.values[leaf]!;
    else for (let index = 0; index < sums.length; index++) sums[index]! += trees.values[leaf * trees.width + index]!;
  }
  return combine === "boosted" ? sums : sums.map((sum) => sum / count);
}
