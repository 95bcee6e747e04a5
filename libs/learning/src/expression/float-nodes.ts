import type { Graph, Tensor } from "../onnx/graph.js";

/** TensorProto.DataType */
export const FLOAT = 1;
export const INT64 = 7;
export const DOUBLE = 11;

export const numberNode = (graph: Graph, value: number): string => rowNode(graph, [value]);

/** A constant [1, n]. */
export const rowNode = (graph: Graph, values: ArrayLike<number>): string =>
  graph.constant({ type: "float", shape: [1, values.length], values });

/** A double constant [1, 1]. */
export const doubleNode = (graph: Graph, value: number): string =>
  graph.constant({ type: "double", shape: [1, 1], values: [value] });

export const textNode = (graph: Graph, value: string): string =>
  graph.constant({ type: "string", shape: [1, 1], values: [value] });

export const integerNode = (graph: Graph, value: number): string =>
  graph.constant({ type: "int64", shape: [1, 1], values: [value] });

export const castNode = (graph: Graph, tensor: string, to: number): string =>
  graph.add("Cast", [tensor], { to: { int: to } });

export const isNaNNode = (graph: Graph, tensor: string): string => graph.add("IsNaN", [tensor]);

export const whereNode = (graph: Graph, condition: string, then: string, otherwise: string): string =>
  graph.add("Where", [condition, then, otherwise]);

/** Infinity becomes NaN, which is what stands for missing. */
export const finiteNode = (graph: Graph, tensor: string): string =>
  whereNode(graph, graph.add("IsInf", [tensor]), numberNode(graph, NaN), tensor);

/** An operator in double precision on float tensors, rounded once at the end: as Math.fround(Math.log(x)) is. */
export const inDouble = (graph: Graph, operator: string, tensors: readonly string[]): string =>
  castNode(
    graph,
    graph.add(
      operator,
      tensors.map((tensor) => castNode(graph, tensor, DOUBLE)),
    ),
    FLOAT,
  );

/** How many of the borders are up to each value of [N, 1]: exact, as the counts are small. */
export function countBordersNode(graph: Graph, tensor: string, borders: ArrayLike<number>): string {
  const reached = graph.add("GreaterOrEqual", [tensor, rowNode(graph, borders)]);
  const ones: Tensor = { type: "float", shape: [borders.length, 1], values: Array.from(borders, () => 1) };
  const count = graph.add("MatMul", [castNode(graph, reached, FLOAT), graph.constant(ones)]);
  return whereNode(graph, isNaNNode(graph, tensor), numberNode(graph, NaN), count);
}
