import { exactWeights } from "./exact-sums.js";
import type { Attributes, Graph, Tensor } from "./graph.js";
import { cast } from "./operators.js";

/** The answer "true" of a node leads to `yes`. */
export interface Question {
  readonly mode: "BRANCH_LEQ" | "BRANCH_LT" | "BRANCH_EQ";
  readonly feature: number;
  readonly value: number;
  readonly yes: number;
  readonly no: number;
  /** Whether a missing value counts as "true". */
  readonly missingYes: boolean;
}

/** The nodes and leaves of trees, as ai.onnx.ml's TreeEnsembleRegressor has them. */
export interface TreeTable {
  /** The first node of a tree is its root; several nodes may lead to the same one. */
  ask(tree: number, node: number, question: Question): void;
  /** A leaf, with what it adds to each target. */
  end(tree: number, node: number, weights: Iterable<readonly [target: number, weight: number]>): void;
  /** What the leaves of all trees add up to [N, targets], for a matrix of doubles; to the last digits. */
  sums(graph: Graph, x: string, targets: number): string;
}

const leaf = { mode: "LEAF", feature: 0, value: 0, yes: 0, no: 0, missingYes: false } as const;

export function newTreeTable(): TreeTable {
  const nodes = { tree: [] as number[], node: [] as number[], feature: [] as number[], value: [] as number[] };
  const ways = { mode: [] as string[], yes: [] as number[], no: [] as number[], missing: [] as number[] };
  const leaves = { tree: [] as number[], node: [] as number[], target: [] as number[], weight: [] as number[] };

  function add(
    tree: number,
    node: number,
    { mode, feature, value, yes, no, missingYes }: Question | typeof leaf,
  ): void {
    nodes.tree.push(tree);
    nodes.node.push(node);
    nodes.feature.push(feature);
    nodes.value.push(value);
    ways.mode.push(mode);
    ways.yes.push(yes);
    ways.no.push(no);
    ways.missing.push(missingYes ? 1 : 0);
  }

  function end(tree: number, node: number, weights: Iterable<readonly [number, number]>): void {
    add(tree, node, leaf);
    for (const [target, weight] of weights) {
      leaves.tree.push(tree);
      leaves.node.push(node);
      leaves.target.push(target);
      leaves.weight.push(weight);
    }
  }

  // Values and weights as double tensors: then onnxruntime compares and adds in doubles, and rounds the sum alone.
  const attributes = (exact: ReturnType<typeof exactWeights>): Attributes => ({
    aggregate_function: { string: "SUM" },
    n_targets: { int: exact.targets },
    nodes_falsenodeids: { ints: ways.no },
    nodes_featureids: { ints: nodes.feature },
    nodes_missing_value_tracks_true: { ints: ways.missing },
    nodes_modes: { strings: ways.mode },
    nodes_nodeids: { ints: nodes.node },
    nodes_treeids: { ints: nodes.tree },
    nodes_truenodeids: { ints: ways.yes },
    nodes_values_as_tensor: { tensor: doubles(nodes.value) },
    post_transform: { string: "NONE" },
    target_ids: { ints: exact.leaves.target },
    target_nodeids: { ints: exact.leaves.node },
    target_treeids: { ints: exact.leaves.tree },
    target_weights_as_tensor: { tensor: doubles(exact.leaves.weight) },
  });

  function sums(graph: Graph, x: string, targets: number): string {
    const exact = exactWeights(leaves, targets);
    const rounded = graph.add("TreeEnsembleRegressor", [x], attributes(exact), "ai.onnx.ml");
    const sums = cast(graph, rounded, "double");
    if (exact.targets === targets) return sums;
    const parts = graph.addMany("Split", [sums], 2, { axis: { int: 1 }, num_outputs: { int: 2 } });
    return graph.add("Add", parts);
  }

  return { ask: add, end, sums };
}

const doubles = (values: readonly number[]): Tensor => ({ type: "double", values, shape: [values.length] });
