import { rowNode, whereNode } from "../expression/float-nodes.js";
import type { Graph } from "../onnx/graph.js";
import { quantilesOf } from "./column-quantiles.js";
import { LARGEST, storedFloat } from "./column-statistics.js";
import type { NumberTransform } from "./number-transform.js";
import type { ClipNumeric } from "./preprocess-steps.js";

export interface ClipState {
  readonly step: "clip";
  readonly low: number;
  readonly high: number;
}

/** Bounds by quantiles, or Tukey's fences: a factor times the distance of the quartiles beyond them. */
export function fitClip(present: Float32Array, step: ClipNumeric): ClipState {
  const [low, high] = boundsOf(present, step);
  return { step: "clip", low: storedFloat(low), high: storedFloat(high) };
}

function boundsOf(present: Float32Array, step: ClipNumeric): [number, number] {
  if (present.length === 0) return [-LARGEST, LARGEST];
  if (step.with === "quantiles") {
    const [low, high] = quantilesOf(present, [step.low ?? 0.01, step.high ?? 0.99]);
    return [low!, high!];
  }
  const [first, third] = quantilesOf(present, [0.25, 0.75]) as [number, number];
  const beyond = (step.factor ?? 1.5) * (third - first);
  return [first - beyond, third + beyond];
}

/** NaN stays NaN. */
export const clipped = (value: number, low: number, high: number): number =>
  value < low ? low : value > high ? high : value;

export const clippedNode = (graph: Graph, tensor: string, low: string, high: string): string => {
  const below = whereNode(graph, graph.add("Less", [tensor, low]), low, tensor);
  return whereNode(graph, graph.add("Greater", [tensor, high]), high, below);
};

export const clipTransform: NumberTransform<ClipState> = {
  together: true,
  apply({ low, high }, values) {
    for (let index = 0; index < values.length; index++) values[index] = clipped(values[index]!, low, high);
  },
  one:
    ({ low, high }) =>
    (value) =>
      clipped(value, low, high),
  onnx(states, graph, tensor) {
    const lows = states.map(({ low }) => low);
    const highs = states.map(({ high }) => high);
    return clippedNode(graph, tensor, rowNode(graph, lows), rowNode(graph, highs));
  },
};
