import type { TreeEnsemble } from "../trees/tree-ensemble.js";

export interface TreeImportance {
  /** By how much the questions about each column lowered the loss, summed over all trees. */
  readonly gain: Float64Array;
  /** How many questions there are about it. */
  readonly splits: Float64Array;
}

/** What the trees themselves say about the columns (Breiman et al. 1984); exact about training, silent about new rows. */
export function treeImportance(
  { feature, gain }: Pick<TreeEnsemble, "feature" | "gain">,
  columns: number,
): TreeImportance {
  const sums = { gain: new Float64Array(columns), splits: new Float64Array(columns) };
  for (let node = 0; node < feature.length; node++) {
    const column = feature[node]!;
    if (column < 0) continue;
    sums.gain[column]! += gain[node]!;
    sums.splits[column]! += 1;
  }
  return sums;
}

/** As shares of their sum; all 0 where trees ask nothing. */
export function sharesOf(values: Float64Array): Float64Array {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum > 0 ? values.map((value) => value / sum) : values.map(() => 0);
}
