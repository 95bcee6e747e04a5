import type { Matrix, Numbers } from "../data/matrix.js";
import { goesLeft, type TreeEnsemble, type TreeModelState } from "../trees/tree-ensemble.js";

/** A model of fixtures/make_shap.py. */
export interface FixtureModel {
  readonly trees: Record<keyof Omit<TreeEnsemble, "width">, number[]> & { readonly width: number };
  readonly rows: readonly (readonly (number | null)[])[];
  readonly raw: readonly (number | readonly number[])[];
  readonly contributions: readonly (readonly number[])[];
}

export function readModel({ trees, rows, raw, contributions }: FixtureModel) {
  const columns = rows[0]!.length;
  const scores = contributions[0]!.length / (columns + 1);
  const state: TreeModelState = {
    ...{ family: "test", version: 1, classes: scores, columns, combine: "boosted", link: "none" },
    init: new Array<number>(scores).fill(0),
    trees: ensembleOf(trees),
  };
  const values = Float32Array.from(rows.flat(), (value) => value ?? NaN);
  const x: Matrix = { rows: rows.length, columns, values };
  return { state, x, raw: raw.flat(), contributions: contributions.flat() };
}

const ensembleOf = (trees: FixtureModel["trees"]): TreeEnsemble => ({
  roots: Int32Array.from(trees.roots),
  feature: Int32Array.from(trees.feature),
  threshold: Float32Array.from(trees.threshold),
  left: Int32Array.from(trees.left),
  flags: Uint8Array.from(trees.flags),
  sets: Uint32Array.from(trees.sets),
  values: Float32Array.from(trees.values),
  width: trees.width,
  cover: Float32Array.from(trees.cover),
  gain: Float32Array.from(trees.gain),
});

/** Outputs × columns by Shapley's formula over all subsets of columns. */
export function enumeratedShap(state: TreeModelState, features: Numbers): number[] {
  const { columns, init, trees, combine } = state;
  const outputs = combine === "boosted" ? init.length : trees.width;
  const known = Array.from({ length: 2 ** columns }, (_, subset) => expectation(state, features, subset, outputs));
  return Array.from({ length: outputs * columns }, (_, index) => {
    const [output, bit] = [Math.floor(index / columns), 1 << (index % columns)];
    return known.reduce((sum, without, subset) => {
      if ((subset & bit) !== 0) return sum;
      return sum + weightOf(subset, columns) * (known[subset | bit]![output]! - without[output]!);
    }, 0);
  });
}

/** What the model gives when only the columns of the subset are known: elsewhere by the shares of the training rows. */
function expectation(state: TreeModelState, features: Numbers, subset: number, outputs: number): number[] {
  const { trees, combine } = state;
  const count = trees.roots.length - 1;
  const sums = new Array<number>(outputs).fill(0);
  for (let tree = 0; tree < count; tree++) {
    const first = combine === "boosted" ? tree % outputs : 0;
    valuesOf(trees, trees.roots[tree]!, features, subset).forEach((value, index) => (sums[first + index]! += value));
  }
  return combine === "boosted" ? sums : sums.map((sum) => sum / count);
}

function valuesOf(trees: TreeEnsemble, node: number, features: Numbers, subset: number): number[] {
  const left = trees.left[node]!;
  if (trees.feature[node]! < 0) return [...trees.values.subarray(left * trees.width, (left + 1) * trees.width)];
  if ((subset & (1 << trees.feature[node]!)) !== 0) {
    return valuesOf(trees, left + (goesLeft(trees, node, features) ? 0 : 1), features, subset);
  }
  const [leftCover, rightCover] = [trees.cover[left]!, trees.cover[left + 1]!];
  const right = valuesOf(trees, left + 1, features, subset);
  const share = leftCover / (leftCover + rightCover);
  return valuesOf(trees, left, features, subset).map((value, index) => share * value + (1 - share) * right[index]!);
}

function weightOf(subset: number, columns: number): number {
  const size = subset.toString(2).replaceAll("0", "").length;
  return (factorial(size) * factorial(columns - 1 - size)) / factorial(columns);
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
