import { numberNode, rowNode } from "../expression/float-nodes.js";
import type { Graph } from "../onnx/graph.js";
import { clipped, clippedNode } from "./clip.js";
import { quantilesOf } from "./column-quantiles.js";
import { deviationOf, LARGEST, meanOf, rangeOf, storedFloat } from "./column-statistics.js";
import type { NumberTransform } from "./number-transform.js";
import type { ScaleNumeric } from "./preprocess-steps.js";

/** (value − center) / width */
export interface ScaleState {
  readonly step: "scale";
  readonly center: number;
  readonly width: number;
}

type Linear = Exclude<ScaleNumeric["with"], "power" | "quantile" | "none">;

export function fitScale(present: Float32Array, how: Linear): ScaleState {
  if (present.length === 0) return { step: "scale", center: 0, width: 1 };
  const { center, width } = scales[how](present);
  return { step: "scale", center: storedFloat(center), width: usable(storedFloat(width)) };
}

/** A constant column says nothing, and must not make a NaN. */
const usable = (width: number): number => (width > 0 ? width : 1);

const scales: Record<Linear, (present: Float32Array) => { center: number; width: number }> = {
  standard(present) {
    const { low, high } = rangeOf(present);
    if (low === high) return { center: low, width: 1 };
    const center = meanOf(present);
    return { center, width: deviationOf(present, center) };
  },
  "min-max"(present) {
    const { low, high } = rangeOf(present);
    return { center: low, width: high - low };
  },
  robust(present) {
    const [first, median, third] = quantilesOf(present, [0.25, 0.5, 0.75]) as [number, number, number];
    return { center: median, width: third - first };
  },
  "max-abs"(present) {
    const { low, high } = rangeOf(present);
    return { center: 0, width: Math.max(-low, high) };
  },
};

/** What goes beyond the largest float32 stays there: infinity is no number to learn from. */
const scaled = (value: number, center: number, width: number): number =>
  clipped(Math.fround(Math.fround(value - center) / width), -LARGEST, LARGEST);

export const boundedNode = (graph: Graph, tensor: string): string =>
  clippedNode(graph, tensor, numberNode(graph, -LARGEST), numberNode(graph, LARGEST));

export const scaleTransform: NumberTransform<ScaleState> = {
  together: true,
  apply({ center, width }, values) {
    for (let index = 0; index < values.length; index++) values[index] = scaled(values[index]!, center, width);
  },
  one:
    ({ center, width }) =>
    (value) =>
      scaled(value, center, width),
  onnx(states, graph, tensor) {
    const centers = states.map(({ center }) => center);
    const widths = states.map(({ width }) => width);
    const centered = graph.add("Sub", [tensor, rowNode(graph, centers)]);
    return boundedNode(graph, graph.add("Div", [centered, rowNode(graph, widths)]));
  },
};
