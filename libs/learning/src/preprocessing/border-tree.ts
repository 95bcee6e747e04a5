import type { Graph } from "../onnx/graph.js";

// A tree of an ONNX ensemble finds a value's place among many borders in logarithmic time and without a table of N × borders.

/** How many of the rising borders are below each value. */
export const countBelowNode = (graph: Graph, tensor: string, borders: readonly number[]): string =>
  treeNode(graph, tensor, borders, "BRANCH_LEQ");

/** How many are below or equal. */
export const countUpToNode = (graph: Graph, tensor: string, borders: readonly number[]): string =>
  treeNode(graph, tensor, borders, "BRANCH_LT");

interface Nodes {
  readonly mode: string[];
  readonly value: number[];
  readonly yes: number[];
  readonly no: number[];
  /** The count at a leaf. */
  readonly count: number[];
}

function treeNode(graph: Graph, tensor: string, borders: readonly number[], mode: string): string {
  const nodes: Nodes = { mode: [], value: [], yes: [], no: [], count: [] };
  grow(nodes, borders, mode, 0, borders.length);
  return graph.add("TreeEnsembleRegressor", [tensor], attributesOf(nodes), "ai.onnx.ml");
}

/** A node for the counts from `low` to `high`. */
function grow(nodes: Nodes, borders: readonly number[], mode: string, low: number, high: number): number {
  const at = nodes.mode.length;
  const middle = (low + high) >>> 1;
  const leaf = low === high;
  nodes.mode.push(leaf ? "LEAF" : mode);
  nodes.value.push(leaf ? 0 : borders[middle]!);
  nodes.count.push(low);
  nodes.yes.push(0);
  nodes.no.push(0);
  if (!leaf) {
    nodes.yes[at] = grow(nodes, borders, mode, low, middle);
    nodes.no[at] = grow(nodes, borders, mode, middle + 1, high);
  }
  return at;
}

function attributesOf({ mode, value, yes, no, count }: Nodes) {
  const leaves = mode.flatMap((name, node) => (name === "LEAF" ? [node] : []));
  const zeros = (length: number) => ({ ints: new Array<number>(length).fill(0) });
  return {
    n_targets: { int: 1 },
    post_transform: { string: "NONE" },
    nodes_treeids: zeros(mode.length),
    nodes_nodeids: { ints: mode.map((_, node) => node) },
    nodes_featureids: zeros(mode.length),
    nodes_modes: { strings: mode },
    nodes_values: { floats: value },
    nodes_truenodeids: { ints: yes },
    nodes_falsenodeids: { ints: no },
    target_treeids: zeros(leaves.length),
    target_nodeids: { ints: leaves },
    target_ids: zeros(leaves.length),
    target_weights: { floats: leaves.map((node) => count[node]!) },
  };
}
