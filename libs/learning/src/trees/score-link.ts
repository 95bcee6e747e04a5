import type { TreeModelState } from "./tree-ensemble.js";

/** Writes the outputs that the `count` scores from `begin` on stand for. */
export function linkScores(
  { link }: Pick<TreeModelState, "link">,
  scores: Float64Array,
  begin: number,
  count: number,
  outputs: Float64Array,
  at: number,
): void {
  if (link === "softmax") return softmax(scores, begin, count, outputs, at);
  if (link === "none") for (let index = 0; index < count; index++) outputs[at + index] = scores[begin + index]!;
  else logistic(scores[begin]!, outputs, at);
}

function logistic(score: number, outputs: Float64Array, at: number): void {
  const positive = 1 / (1 + Math.exp(-score));
  outputs[at] = 1 - positive;
  outputs[at + 1] = positive;
}

/** Less the greatest score, so that no power overflows. */
function softmax(scores: Float64Array, begin: number, count: number, outputs: Float64Array, at: number): void {
  let most = -Infinity;
  for (let index = 0; index < count; index++) most = Math.max(most, scores[begin + index]!);
  let total = 0;
  for (let index = 0; index < count; index++) {
    const power = Math.exp(scores[begin + index]! - most);
    outputs[at + index] = power;
    total += power;
  }
  for (let index = 0; index < count; index++) outputs[at + index]! /= total;
}
