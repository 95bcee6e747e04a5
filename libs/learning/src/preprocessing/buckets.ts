import { countBorders } from "../expression/arithmetic.js";
import { countBordersNode, isNaNNode, numberNode, whereNode } from "../expression/float-nodes.js";
import { countUpToNode } from "./border-tree.js";
import { quantilesOf } from "./column-quantiles.js";
import { rangeOf, storedFloat } from "./column-statistics.js";
import { applyOneByOne, type NumberTransform } from "./number-transform.js";
import type { BucketsNumeric } from "./preprocess-steps.js";

/** The number of borders up to a value: with no border, everything is in bucket 0. */
export interface BucketsState {
  readonly step: "buckets";
  readonly borders: readonly number[];
}

/** Equal widths, or equal counts, as scikit-learn's KBinsDiscretizer; or where the step says. */
export function fitBuckets(present: Float32Array, step: BucketsNumeric): BucketsState {
  const borders = bordersOf(present, step).map(storedFloat);
  return { step: "buckets", borders: borders.filter((border, index) => index === 0 || border > borders[index - 1]!) };
}

function bordersOf(present: Float32Array, step: BucketsNumeric): readonly number[] {
  if (step.with === "borders") return step.borders ?? [];
  const { low, high } = rangeOf(present);
  if (!(low < high)) return [];
  const count = step.count ?? 5;
  const shares = Array.from({ length: count - 1 }, (_, index) => (index + 1) / count);
  if (step.with === "uniform") return shares.map((share) => low + share * (high - low));
  return quantilesOf(present, shares).filter((border) => border > low && border < high);
}

// From here on, a tree is quicker than comparing with every border.
const MANY_BORDERS = 16;

export const bucketsTransform: NumberTransform<BucketsState> = {
  together: false,
  apply: (state, values) => applyOneByOne(bucketsTransform.one(state), values),
  one({ borders }) {
    const known = Float32Array.from(borders);
    return (value) => countBorders(known, value);
  },
  onnx([state], graph, tensor) {
    const { borders } = state!;
    if (borders.length > 0 && borders.length < MANY_BORDERS) return countBordersNode(graph, tensor, borders);
    const count =
      borders.length === 0 ? graph.add("Mul", [tensor, numberNode(graph, 0)]) : countUpToNode(graph, tensor, borders);
    return whereNode(graph, isNaNNode(graph, tensor), numberNode(graph, NaN), graph.add("Abs", [count]));
  },
};
