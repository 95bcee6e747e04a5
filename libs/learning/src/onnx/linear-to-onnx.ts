import type { LinearRegressionState } from "../models/linear-regression.js";
import type { LogisticRegressionState } from "../models/logistic-regression.js";
import type { Graph } from "./graph.js";
import { cast, vector } from "./operators.js";
import { scoreLinks } from "./score-links.js";

/** In doubles, as it is computed here: float32 sums over a hundred columns would be 1e-6 away. */
export const logisticToOnnx = (
  { coefficients, intercepts, classes }: LogisticRegressionState,
  graph: Graph,
  x: string,
): string =>
  scoreLinks[classes === 2 ? "logistic" : "softmax"](graph, linearScores(graph, x, coefficients, intercepts));

export const linearRegressionToOnnx = (
  { coefficients, intercepts }: LinearRegressionState,
  graph: Graph,
  x: string,
): string => linearScores(graph, x, coefficients, intercepts);

/** x · weightsᵀ + intercepts; one row of weights for each score. */
export function linearScores(
  graph: Graph,
  x: string,
  weights: readonly ArrayLike<number>[],
  intercepts: ArrayLike<number>,
): string {
  const columns = weights[0]!.length;
  const values = Float64Array.from({ length: columns * weights.length }, (_, index) => {
    return weights[index % weights.length]![Math.floor(index / weights.length)]!;
  });
  const matrix = graph.constant({ type: "double", values, shape: [columns, weights.length] });
  const products = graph.add("MatMul", [cast(graph, x, "double"), matrix]);
  return graph.add("Add", [products, vector(graph, intercepts)]);
}
