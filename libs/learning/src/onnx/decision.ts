import { positiveCode } from "../metrics/metrics.js";
import type { ModelPackage } from "../packages/model-package.js";
import type { Graph } from "./graph.js";
import { column, scalar } from "./operators.js";

export type Decision = Pick<ModelPackage, "classes" | "positive" | "threshold">;

/** The predicted class [N]: with two classes by the threshold, otherwise the likeliest (the first of several). */
export function choosesBy(graph: Graph, probabilities: string, decision: Decision): string {
  const positive = positiveCode(decision);
  if (positive === undefined) return likeliest(graph, probabilities, decision.classes);
  const threshold = scalar(graph, decision.threshold ?? 0.5);
  const isPositive = graph.add("GreaterOrEqual", [column(graph, probabilities, positive), threshold]);
  const [is, isNot] = [positive, 1 - positive].map((code) => textOf(graph, decision.classes[code]!));
  return graph.add("Where", [isPositive, is!, isNot!]);
}

const textOf = (graph: Graph, text: string): string => graph.constant({ type: "string", values: [text], shape: [] });

function likeliest(graph: Graph, probabilities: string, classes: readonly string[]): string {
  const best = graph.add("ArgMax", [probabilities], { axis: { int: 1 }, keepdims: { int: 0 } });
  return graph.add("Gather", [graph.constant({ type: "string", values: classes, shape: [classes.length] }), best]);
}
