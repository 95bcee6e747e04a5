import { FAR, inner, MIDDLE, middle, NEAR, NEAR_SQUARE, outer, type Rational } from "../data/normal-quantile.js";
import { doubleNode, whereNode } from "../expression/float-nodes.js";
import type { Graph } from "../onnx/graph.js";

/** `normalQuantile` for a double tensor. */
export function normalQuantileNode(graph: Graph, probability: string): string {
  const [half, one, far] = [0.5, 1, FAR].map((value) => doubleNode(graph, value)) as [string, string, string];
  const q = graph.add("Sub", [probability, half]);
  const negative = graph.add("Less", [q, doubleNode(graph, 0)]);
  const square = graph.add("Sub", [doubleNode(graph, NEAR_SQUARE), graph.add("Mul", [q, q])]);
  const near = graph.add("Mul", [q, ratioNode(graph, inner, square)]);
  const tail = whereNode(graph, negative, probability, graph.add("Sub", [one, probability]));
  const r = graph.add("Sqrt", [graph.add("Neg", [graph.add("Log", [tail])])]);
  const between = ratioNode(graph, middle, graph.add("Sub", [r, doubleNode(graph, MIDDLE)]));
  const beyond = ratioNode(graph, outer, graph.add("Sub", [r, far]));
  const value = whereNode(graph, graph.add("Greater", [r, far]), beyond, between);
  const signed = whereNode(graph, negative, graph.add("Neg", [value]), value);
  return whereNode(graph, graph.add("Greater", [graph.add("Abs", [q]), doubleNode(graph, NEAR)]), signed, near);
}

/** Horner's scheme, the highest power first. */
const polynomialNode = (graph: Graph, tensor: string, coefficients: readonly number[]): string =>
  coefficients
    .slice(1)
    .reduce(
      (sum, coefficient) => graph.add("Add", [graph.add("Mul", [sum, tensor]), doubleNode(graph, coefficient)]),
      doubleNode(graph, coefficients[0]!),
    );

const ratioNode = (graph: Graph, { top, bottom }: Rational, x: string): string =>
  graph.add("Div", [polynomialNode(graph, x, top), polynomialNode(graph, x, bottom)]);
