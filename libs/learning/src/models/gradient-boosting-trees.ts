import type { BinPlan } from "../trees/bins.js";
import { ASKS_CATEGORY, type TreeEnsemble } from "../trees/tree-ensemble.js";
import type { BoostingMemory } from "./gradient-boosting-memory.js";

/** One tree as the kernel left it, in the terms of the ensemble's arrays. */
export interface GrownTree {
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly flags: Uint8Array;
  readonly sets: Uint32Array;
  readonly values: Float32Array;
  readonly cover: Float64Array;
  readonly gain: Float32Array;
}

/** As assembly/boosting-nodes.ts lays a node out. */
const NODE_BYTES = 64;
const [COLUMN, BIN, LEFT, FLAGS, VALUE, GAIN, COVER, SET] = [0, 4, 8, 12, 16, 20, 24, 32];
const SET_WORDS = 8;

export function readTree({ nodes, nodeCount }: BoostingMemory, plan: BinPlan, coverScale: number): GrownTree {
  const count = nodeCount();
  const field = (read: (at: number) => number) => Array.from({ length: count }, (_, node) => read(node * NODE_BYTES));
  const feature = Int32Array.from(field((at) => nodes.getInt32(at + COLUMN, true)));
  const flags = Uint8Array.from(field((at) => nodes.getInt32(at + FLAGS, true)));
  const bins = field((at) => nodes.getInt32(at + BIN, true));
  const left = Int32Array.from(field((at) => nodes.getInt32(at + LEFT, true)));
  const leaves = leavesOf(feature);
  leaves.forEach((node, leaf) => (left[node] = leaf));
  const asking = [...flags.keys()].filter((node) => (flags[node]! & ASKS_CATEGORY) !== 0);
  const threshold = Float32Array.from(bins, (bin, node) => plan.upperBounds[feature[node]!]?.[bin - 1] ?? 0);
  asking.forEach((node, set) => (threshold[node] = set));
  return {
    ...{ feature, threshold, left, flags },
    sets: Uint32Array.from(asking.flatMap((node) => categoriesOf(nodes, node * NODE_BYTES + SET))),
    values: Float32Array.from(leaves, (node) => nodes.getFloat32(node * NODE_BYTES + VALUE, true)),
    cover: coverOf(
      field((at) => Number(nodes.getBigInt64(at + COVER, true)) / coverScale),
      feature,
      bins.map((_, node) => nodes.getInt32(node * NODE_BYTES + LEFT, true)),
    ),
    gain: Float32Array.from(field((at) => nodes.getFloat32(at + GAIN, true))),
  };
}

const leavesOf = (feature: Int32Array): number[] => [...feature.keys()].filter((node) => feature[node]! < 0);

/** Bit c is of bin c + 1; the bin of missing values is in the node's flags. */
function categoriesOf(nodes: DataView, at: number): number[] {
  const word = (index: number) => (index < SET_WORDS ? nodes.getUint32(at + index * 4, true) : 0);
  return Array.from({ length: SET_WORDS }, (_, index) => ((word(index) >>> 1) | (word(index + 1) << 31)) >>> 0);
}

/** The kernel knows those of the leaves. */
function coverOf(leaves: readonly number[], feature: Int32Array, left: readonly number[]): Float64Array {
  const cover = Float64Array.from(leaves);
  for (let node = cover.length - 1; node >= 0; node--) {
    if (feature[node]! >= 0) cover[node] = cover[left[node]!]! + cover[left[node]! + 1]!;
  }
  return cover;
}

export function joinTrees(trees: readonly GrownTree[]): TreeEnsemble {
  const starts = { node: [0], leaf: [0], set: [0] };
  for (const { feature, values, sets } of trees) {
    starts.node.push(starts.node.at(-1)! + feature.length);
    starts.leaf.push(starts.leaf.at(-1)! + values.length);
    starts.set.push(starts.set.at(-1)! + sets.length / SET_WORDS);
  }
  const nodes = starts.node.at(-1)!;
  const joined = {
    roots: Int32Array.from(starts.node),
    feature: new Int32Array(nodes),
    threshold: new Float32Array(nodes),
    left: new Int32Array(nodes),
    flags: new Uint8Array(nodes),
    sets: new Uint32Array(starts.set.at(-1)! * SET_WORDS),
    values: new Float32Array(starts.leaf.at(-1)!),
    width: 1,
    cover: new Float32Array(nodes),
    gain: new Float32Array(nodes),
  };
  trees.forEach((tree, index) => {
    const [node, leaf, set] = [starts.node[index]!, starts.leaf[index]!, starts.set[index]!];
    joined.feature.set(tree.feature, node);
    joined.threshold.set(
      tree.threshold.map((value, at) => (asksCategory(tree, at) ? value + set : value)),
      node,
    );
    joined.left.set(
      tree.left.map((value, at) => value + (tree.feature[at]! < 0 ? leaf : node)),
      node,
    );
    joined.flags.set(tree.flags, node);
    joined.sets.set(tree.sets, set * SET_WORDS);
    joined.values.set(tree.values, leaf);
    joined.cover.set(tree.cover, node);
    joined.gain.set(tree.gain, node);
  });
  return joined;
}

const asksCategory = ({ flags }: GrownTree, node: number): boolean => (flags[node]! & ASKS_CATEGORY) !== 0;
