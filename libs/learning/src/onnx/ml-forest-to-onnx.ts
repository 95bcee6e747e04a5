import type { FlatTree, MlRandomForestState } from "../models/ml-random-forest.js";
import type { Graph } from "./graph.js";
import { cast, scalar } from "./operators.js";
import { newTreeTable, type TreeTable } from "./tree-table.js";

/** The votes of the trees as shares. The library asks "below" where our own trees ask "up to". */
export function mlForestToOnnx({ trees, classes }: MlRandomForestState, graph: Graph, x: string): string {
  const table = newTreeTable();
  trees.forEach((tree, index) => addTree(table, tree, index));
  const votes = table.sums(graph, cast(graph, x, "double"), classes);
  return graph.add("Div", [votes, scalar(graph, trees.length)]);
}

function addTree(table: TreeTable, { feature, threshold, left, right }: FlatTree, tree: number): void {
  for (let node = 0; node < feature.length; node++) {
    const asks = { mode: "BRANCH_LT", feature: feature[node]!, value: threshold[node]!, missingYes: false } as const;
    if (feature[node]! < 0) table.end(tree, node, [[left[node]!, 1]]);
    else table.ask(tree, node, { ...asks, yes: left[node]!, no: right[node]! });
  }
}
