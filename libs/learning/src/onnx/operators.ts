import { dataTypes, type DataType } from "./encode-model.js";
import type { Graph } from "./graph.js";

/** A constant number that is added to, compared with … a tensor of any shape. */
export const scalar = (graph: Graph, value: number, type: "double" | "float" = "double"): string =>
  graph.constant({ type, values: [value], shape: [] });

export const vector = (graph: Graph, values: ArrayLike<number>): string =>
  graph.constant({ type: "double", values, shape: [values.length] });

export const cast = (graph: Graph, tensor: string, type: DataType): string =>
  graph.add("Cast", [tensor], { to: { int: dataTypes[type] } });

/** Of [N, columns]: one column as [N], or several as [N, several]. */
export function column(graph: Graph, tensor: string, index: number | readonly number[]): string {
  const [values, shape] = typeof index === "number" ? [[index], []] : [index, [index.length]];
  return graph.add("Gather", [tensor, graph.constant({ type: "int64", values, shape })], { axis: { int: 1 } });
}

/** Columns [N, …] beside each other. */
export const beside = (graph: Graph, tensors: readonly string[]): string =>
  tensors.length === 1 ? tensors[0]! : graph.add("Concat", tensors, { axis: { int: 1 } });
