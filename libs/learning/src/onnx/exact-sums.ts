/** What each leaf adds to each target, one entry after the other, tree after tree. */
export interface LeafWeights {
  readonly tree: number[];
  readonly node: number[];
  readonly target: number[];
  readonly weight: number[];
}

/**
 * onnxruntime gives the sums of leaves as float32. So that no digit is lost, a weight is two: a multiple of a step whose
 * sums all fit into the 24 bits of a float32, and the rest, whose sums are as small as its rounding. The rests are targets
 * of their own, after the others; where there are none, as with votes, nothing is added.
 */
export function exactWeights({ tree, node, target, weight }: LeafWeights, targets: number) {
  const step = stepOf(tree, weight);
  const steps = weight.map((value) => Math.round(value / step) * step);
  const rests = weight.flatMap((value, index) => (value === steps[index] ? [] : [index]));
  const leaves: LeafWeights = {
    tree: withRests(tree, rests, (of) => of),
    node: withRests(node, rests, (of) => of),
    target: withRests(target, rests, (of) => of + targets),
    weight: withRests(steps, rests, (of, index) => weight[index]! - of),
  };
  return { leaves, targets: rests.length === 0 ? targets : 2 * targets };
}

const withRests = (values: number[], rests: number[], restOf: (value: number, index: number) => number): number[] =>
  values.concat(rests.map((index) => restOf(values[index]!, index)));

/** A power of two of which no sum over all trees is more than 2²³ times as large. */
function stepOf(tree: readonly number[], weight: readonly number[]): number {
  let largestSum = 0;
  for (let index = 0, largest = 0; index < tree.length; index++) {
    largest = Math.max(largest, Math.abs(weight[index]!));
    if (tree[index] === tree[index + 1]) continue;
    largestSum += largest;
    largest = 0;
  }
  return largestSum === 0 ? 1 : 2 ** (Math.ceil(Math.log2(largestSum)) - 23);
}
