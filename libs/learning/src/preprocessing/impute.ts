import { isNaNNode, rowNode, whereNode } from "../expression/float-nodes.js";
import { quantilesOf } from "./column-quantiles.js";
import { meanOf, mostFrequentOf, storedFloat } from "./column-statistics.js";
import type { NumberTransform } from "./number-transform.js";
import type { ImputeCategorical, ImputeNumeric } from "./preprocess-steps.js";

export interface FillState {
  readonly step: "fill";
  readonly value: number;
}

/** What stands in for a missing number, learnt from those that are there. */
export function fitFill(present: Float32Array, step: ImputeNumeric): FillState {
  return { step: "fill", value: storedFloat(fillOf(present, step)) };
}

function fillOf(present: Float32Array, step: ImputeNumeric): number {
  if (step.with === "constant") return step.value ?? 0;
  if (step.with === "mean") return meanOf(present);
  return step.with === "median" ? quantilesOf(present, [0.5])[0]! : mostFrequentOf(present);
}

/** The text that comes most often, the first of them in order where several do. */
export function fillText(names: readonly string[], counts: ArrayLike<number>, step: ImputeCategorical): string | null {
  if (step.with === "keep") return null;
  if (step.with === "constant") return step.value ?? "missing";
  let best = 0;
  for (let code = 1; code < names.length; code++) if (counts[code]! > counts[best]!) best = code;
  return names[best]!;
}

export const fillTransform: NumberTransform<FillState> = {
  together: true,
  apply({ value }, values) {
    for (let index = 0; index < values.length; index++) {
      const found = values[index]!;
      values[index] = found === found ? found : value;
    }
  },
  one:
    ({ value: fill }) =>
    (value) =>
      value === value ? value : fill,
  onnx: (states, graph, tensor) =>
    whereNode(
      graph,
      isNaNNode(graph, tensor),
      rowNode(
        graph,
        states.map(({ value }) => value),
      ),
      tensor,
    ),
};
