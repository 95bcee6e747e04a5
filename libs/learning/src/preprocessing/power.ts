import { castNode, DOUBLE, doubleNode, FLOAT, whereNode } from "../expression/float-nodes.js";
import type { Graph } from "../onnx/graph.js";
import { clipped } from "./clip.js";
import { LARGEST } from "./column-statistics.js";
import { leastBetween } from "./least-between.js";
import { applyOneByOne, type NumberTransform } from "./number-transform.js";
import { boundedNode } from "./scale.js";

/** Yeo, Johnson, "A new family of power transformations to improve normality or symmetry", 2000; then standardised. */
export interface PowerState {
  readonly step: "power";
  readonly lambda: number;
  readonly mean: number;
  readonly deviation: number;
}

export function fitPower(present: Float32Array): PowerState {
  const lambda = likeliestLambda(present);
  const bent = Float64Array.from(present, (value) => yeoJohnson(value, lambda));
  const mean = bent.reduce((sum, value) => sum + value, 0) / bent.length;
  const deviation = Math.sqrt(bent.reduce((sum, value) => sum + (value - mean) ** 2, 0) / bent.length);
  const varied = present.some((value) => value !== present[0]) && deviation > 0 && Number.isFinite(deviation);
  return {
    step: "power",
    lambda,
    mean: Number.isFinite(mean) ? mean + 0 : 0,
    deviation: varied ? deviation : 1,
  };
}

/** In double, because a power takes the digits of a float32 away; rounded once, at the end. */
function yeoJohnson(value: number, lambda: number): number {
  return value >= 0 ? bend(Math.log(value + 1), lambda) : -bend(Math.log(1 - value), 2 - lambda);
}

const bend = (logarithm: number, lambda: number): number =>
  lambda === 0 ? logarithm : (Math.exp(lambda * logarithm) - 1) / lambda;

/** By maximum likelihood, as scipy.stats.yeojohnson. A column of one value stays as it is: 1. */
function likeliestLambda(present: Float32Array): number {
  if (present.every((value) => value === present[0])) return 1;
  const logarithms = Float64Array.from(present, (value) => Math.sign(value) * Math.log1p(Math.abs(value)));
  const sum = logarithms.reduce((total, value) => total + value, 0);
  const unlikeliness = (lambda: number): number => {
    const variance = bentVariance(logarithms, lambda);
    const value = (present.length / 2) * Math.log(variance) - (lambda - 1) * sum;
    return Number.isFinite(value) ? value : Infinity;
  };
  const lambda = leastBetween(unlikeliness, -2, 2);
  return Math.abs(lambda) < 1e-12 ? 0 : lambda;
}

function bentVariance(logarithms: Float64Array, lambda: number): number {
  let [mean, squares] = [0, 0];
  for (let index = 0; index < logarithms.length; index++) {
    const logarithm = logarithms[index]!;
    const value = logarithm >= 0 ? growth(logarithm, lambda) : -growth(-logarithm, 2 - lambda);
    const difference = value - mean;
    mean += difference / (index + 1);
    squares += difference * (value - mean);
  }
  return squares / logarithms.length;
}

const growth = (logarithm: number, lambda: number): number =>
  lambda === 0 ? logarithm : Math.expm1(lambda * logarithm) / lambda;

export const powerTransform: NumberTransform<PowerState> = {
  together: false,
  apply: (state, values) => applyOneByOne(powerTransform.one(state), values),
  one:
    ({ lambda, mean, deviation }) =>
    (value) =>
      clipped(Math.fround((yeoJohnson(value, lambda) - mean) / deviation), -LARGEST, LARGEST),
  onnx([state], graph, tensor) {
    const { lambda, mean, deviation } = state!;
    const value = castNode(graph, tensor, DOUBLE);
    const size = graph.add("Add", [graph.add("Abs", [value]), doubleNode(graph, 1)]);
    const logarithm = graph.add("Log", [size]);
    const negative = graph.add("Neg", [bendNode(graph, logarithm, 2 - lambda)]);
    const isNegative = graph.add("Less", [value, doubleNode(graph, 0)]);
    const bent = whereNode(graph, isNegative, negative, bendNode(graph, logarithm, lambda));
    const centered = graph.add("Sub", [bent, doubleNode(graph, mean)]);
    return boundedNode(graph, castNode(graph, graph.add("Div", [centered, doubleNode(graph, deviation)]), FLOAT));
  },
};

function bendNode(graph: Graph, logarithm: string, lambda: number): string {
  if (lambda === 0) return logarithm;
  const factor = doubleNode(graph, lambda);
  const grown = graph.add("Exp", [graph.add("Mul", [factor, logarithm])]);
  return graph.add("Div", [graph.add("Sub", [grown, doubleNode(graph, 1)]), factor]);
}
