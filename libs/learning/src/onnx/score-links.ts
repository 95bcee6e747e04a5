import type { Graph } from "./graph.js";
import { beside, scalar } from "./operators.js";

/** What makes the outputs [N, outputs] of a model from its scores, in doubles. */
export const scoreLinks: Readonly<Record<"none" | "logistic" | "softmax", (graph: Graph, scores: string) => string>> = {
  none: (_graph, scores) => scores,
  logistic: (graph, scores) => bothClasses(graph, graph.add("Sigmoid", [scores])),
  softmax: (graph, scores) => graph.add("Softmax", [scores], { axis: { int: 1 } }),
};

/** The probabilities of two classes from that of the second. */
export const bothClasses = (graph: Graph, second: string): string =>
  beside(graph, [graph.add("Sub", [scalar(graph, 1), second]), second]);
