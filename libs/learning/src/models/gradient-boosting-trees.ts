import type { BinPlan } from "../trees/bins.js";
import { ASKS_CATEGORY, type TreeEnsemble } from "../trees/tree-ensemble.js";
import type { BoostingMemory, NodeViews } from "./gradient-boosting-memory.js";

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

/** As assembly/boosting-nodes.ts lays a node out: words, of which some are a float32 and two together are the cover. */
const NODE_WORDS = 16;
const [COLUMN, BIN, LEFT, FLAGS, VALUE, GAIN, COVER, SET] = [0, 1, 2, 3, 4, 5, 6, 8];
const SET_WORDS = 8;

export function readTree({ nodes, nodeCount }: BoostingMemory, plan: BinPlan, coverScale: number): GrownTree {
  const count = nodeCount();
  const leaves = (count + 1) / 2;
  const tree = {
    ...{ feature: new Int32Array(count), threshold: new Float32Array(count), left: new Int32Array(count) },
    ...{ flags: new Uint8Array(count), values: new Float32Array(leaves) },
    ...{ cover: new Float64Array(count), gain: new Float32Array(count) },
  };
  const sets: number[] = [];
  let leaf = 0;
  // From the last node on, since children stand behind their parent, whose cover is theirs.
  for (let node = count - 1; node >= 0; node--) {
    if (nodes.words[node * NODE_WORDS + COLUMN]! < 0) readLeaf(tree, nodes, node, leaves - ++leaf, coverScale);
    else readSplit(tree, nodes, node, plan);
  }
  for (let node = 0; node < count; node++) if (tree.flags[node]! & ASKS_CATEGORY) readSet(tree, nodes, node, sets);
  return { ...tree, sets: Uint32Array.from(sets) };
}

type Unfinished = Omit<GrownTree, "sets">;

function readLeaf(tree: Unfinished, nodes: NodeViews, node: number, leaf: number, coverScale: number): void {
  const at = node * NODE_WORDS;
  tree.feature[node] = -1;
  tree.left[node] = leaf;
  tree.values[leaf] = nodes.floats[at + VALUE]!;
  tree.cover[node] = (nodes.words[at + COVER + 1]! * 2 ** 32 + (nodes.words[at + COVER]! >>> 0)) / coverScale;
}

function readSplit(tree: Unfinished, { words, floats }: NodeViews, node: number, plan: BinPlan): void {
  const at = node * NODE_WORDS;
  const [feature, left] = [words[at + COLUMN]!, words[at + LEFT]!];
  tree.feature[node] = feature;
  tree.left[node] = left;
  tree.flags[node] = words[at + FLAGS]!;
  tree.threshold[node] = plan.upperBounds[feature]![words[at + BIN]! - 1] ?? 0;
  tree.gain[node] = floats[at + GAIN]!;
  tree.cover[node] = tree.cover[left]! + tree.cover[left + 1]!;
}

/** A question about a category has, in place of a threshold, the number of its set. Bit c is of bin c + 1; missing has a flag. */
function readSet(tree: Unfinished, { words }: NodeViews, node: number, sets: number[]): void {
  const at = node * NODE_WORDS + SET;
  tree.threshold[node] = sets.length / SET_WORDS;
  for (let index = 0; index < SET_WORDS; index++) {
    const next = index + 1 < SET_WORDS ? words[at + index + 1]! : 0;
    sets.push(((words[at + index]! >>> 1) | (next << 31)) >>> 0);
  }
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
