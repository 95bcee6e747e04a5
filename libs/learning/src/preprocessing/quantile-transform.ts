import { normalQuantile } from "../data/normal-quantile.js";
import {
  castNode,
  DOUBLE,
  doubleNode,
  FLOAT,
  INT64,
  isNaNNode,
  numberNode,
  whereNode,
} from "../expression/float-nodes.js";
import { seededRandom } from "../data/random.js";
import type { Graph } from "../onnx/graph.js";
import { countBelowNode, countUpToNode } from "./border-tree.js";
import { quantilesOf } from "./column-quantiles.js";
import { storedFloat } from "./column-statistics.js";
import { normalQuantileNode } from "./normal-quantile-to-onnx.js";
import { applyOneByOne, type NumberTransform } from "./number-transform.js";
import type { ScaleNumeric } from "./preprocess-steps.js";

/** A value becomes the share of the training rows below it, as scikit-learn's QuantileTransformer. */
export interface QuantileState {
  readonly step: "quantile";
  readonly output: "uniform" | "normal";
  /** At equal shares from 0 to 1. */
  readonly quantiles: readonly number[];
}

const MOST_ROWS = 10_000;
// The normal quantiles of 1e-7 and 1 − 1e-7, where scikit-learn cuts them off.
const FARTHEST = 5.1993375826;
const NEARBY = 1e-7;

/** The quantiles are those of at most 10,000 rows, drawn by the seed. */
export function fitQuantiles(present: Float32Array, step: ScaleNumeric, seed: number): QuantileState {
  const count = Math.max(2, Math.min(step.quantiles ?? 1000, present.length));
  const shares = Array.from({ length: count }, (_, index) => index / (count - 1));
  const quantiles = present.length === 0 ? [0, 0] : quantilesOf(drawn(present, seed), shares).map(storedFloat);
  return { step: "quantile", output: step.output ?? "uniform", quantiles };
}

function drawn(values: Float32Array, seed: number): Float32Array {
  if (values.length <= MOST_ROWS) return values;
  return seededRandom(seed).fork("quantiles").shuffle(values.slice()).subarray(0, MOST_ROWS);
}

export const quantileTransform: NumberTransform<QuantileState> = {
  together: false,
  apply: (state, values) => applyOneByOne(quantileTransform.one(state), values),
  one({ quantiles, output }) {
    const known = Float64Array.from(quantiles);
    const toShare = (value: number) => shareBelow(known, value);
    if (output === "uniform") return (value) => Math.fround(toShare(value));
    return (value) => Math.fround(normalOf(toShare(value), value, known[0]!, known.at(-1)!));
  },
  onnx([state], graph, tensor) {
    const { quantiles, output } = state!;
    const value = castNode(graph, tensor, DOUBLE);
    const share = shareNode(graph, tensor, value, quantiles);
    const result = output === "uniform" ? share : normalNode(graph, share, value, quantiles);
    return whereNode(graph, isNaNNode(graph, tensor), numberNode(graph, NaN), castNode(graph, result, FLOAT));
  },
};

/** Between two quantiles in proportion; where several quantiles are equal, in the middle of their shares. */
function shareBelow(quantiles: Float64Array, value: number): number {
  const last = quantiles.length - 1;
  if (value !== value) return NaN;
  if (value <= quantiles[0]!) return 0;
  if (value >= quantiles[last]!) return 1;
  const upTo = countWhere(quantiles, (quantile) => quantile <= value);
  const below = countWhere(quantiles, (quantile) => quantile < value);
  if (below !== upTo) return (below + upTo - 1) / 2 / last;
  const low = quantiles[below - 1]!;
  return (below - 1 + (value - low) / (quantiles[below]! - low)) / last;
}

/** How many of the first values hold a condition that later ones do not. */
function countWhere(values: Float64Array, holds: (value: number) => boolean): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(values[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function normalOf(share: number, value: number, lowest: number, highest: number): number {
  if (value !== value) return NaN;
  // The share itself is asked too: beside a large number, 1e-7 is lost.
  if (share === 0 || value - NEARBY < lowest) return -FARTHEST;
  if (share === 1 || value + NEARBY > highest) return FARTHEST;
  return Math.min(FARTHEST, Math.max(-FARTHEST, normalQuantile(share)));
}

function shareNode(graph: Graph, tensor: string, value: string, quantiles: readonly number[]): string {
  const last = quantiles.length - 1;
  const double = (number: string) => castNode(graph, number, DOUBLE);
  const upTo = countUpToNode(graph, tensor, quantiles);
  const below = countBelowNode(graph, tensor, quantiles);
  const at = (count: string, shift: number) => gatherNode(graph, quantiles, count, shift);
  const one = numberNode(graph, 1);
  const low = at(below, -1);
  const within = graph.add("Div", [graph.add("Sub", [value, low]), graph.add("Sub", [at(below, 0), low])]);
  const between = graph.add("Add", [double(graph.add("Sub", [below, one])), within]);
  const equal = double(graph.add("Sub", [graph.add("Add", [below, upTo]), one]));
  const halved = graph.add("Div", [equal, doubleNode(graph, 2)]);
  const position = whereNode(graph, graph.add("Equal", [below, upTo]), between, halved);
  const share = graph.add("Div", [position, doubleNode(graph, last)]);
  const isHigh = graph.add("GreaterOrEqual", [value, doubleNode(graph, quantiles[last]!)]);
  const isLow = graph.add("LessOrEqual", [value, doubleNode(graph, quantiles[0]!)]);
  return whereNode(graph, isLow, doubleNode(graph, 0), whereNode(graph, isHigh, doubleNode(graph, 1), share));
}

/** The quantile at `count + shift`, kept inside of the list. */
function gatherNode(graph: Graph, quantiles: readonly number[], count: string, shift: number): string {
  const moved = graph.add("Add", [count, numberNode(graph, shift)]);
  const bounded = graph.add("Max", [
    graph.add("Min", [moved, numberNode(graph, quantiles.length - 1)]),
    numberNode(graph, 0),
  ]);
  const known = graph.constant({ type: "float", shape: [quantiles.length], values: quantiles });
  return castNode(graph, graph.add("Gather", [known, castNode(graph, bounded, INT64)], { axis: { int: 0 } }), DOUBLE);
}

function normalNode(graph: Graph, share: string, value: string, quantiles: readonly number[]): string {
  const far = doubleNode(graph, FARTHEST);
  const near = doubleNode(graph, -FARTHEST);
  const bound = doubleNode(graph, NEARBY);
  const normal = normalQuantileNode(graph, share);
  const bounded = graph.add("Max", [graph.add("Min", [normal, far]), near]);
  const isOver = graph.add("Greater", [graph.add("Add", [value, bound]), doubleNode(graph, quantiles.at(-1)!)]);
  const isUnder = graph.add("Less", [graph.add("Sub", [value, bound]), doubleNode(graph, quantiles[0]!)]);
  const isHigh = graph.add("Or", [isOver, graph.add("GreaterOrEqual", [share, doubleNode(graph, 1)])]);
  const isLow = graph.add("Or", [isUnder, graph.add("LessOrEqual", [share, doubleNode(graph, 0)])]);
  return whereNode(graph, isLow, near, whereNode(graph, isHigh, far, bounded));
}
