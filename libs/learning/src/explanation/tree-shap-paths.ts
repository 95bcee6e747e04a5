import type { TreeEnsemble } from "../trees/tree-ensemble.js";

/** What Shapley values need to know of a model's nodes. */
export interface TreePaths {
  /** The share of the training rows of its parent that came to a node. */
  readonly shares: Float64Array;
  /** Where a node's column was asked before on its path: the node that was come to by that. −1 where it was not. */
  readonly previous: Int32Array;
  /** The product of the shares of all nodes of the path that were come to by this column. */
  readonly remaining: Float64Array;
  /** −1 of a root. */
  readonly parents: Int32Array;
  /** How many columns, and how many nodes, a path asks before it comes to a node. */
  readonly columns: Int32Array;
  readonly depths: Int32Array;
  /** The most columns that a path of a tree asks. */
  readonly mostColumns: Int32Array;
}

export function pathsOf(trees: TreeEnsemble): TreePaths {
  const nodes = trees.feature.length;
  const paths = {
    shares: new Float64Array(nodes).fill(1),
    previous: new Int32Array(nodes).fill(-1),
    remaining: new Float64Array(nodes).fill(1),
    parents: new Int32Array(nodes).fill(-1),
    columns: new Int32Array(nodes),
    depths: new Int32Array(nodes),
    mostColumns: new Int32Array(trees.roots.length - 1),
  };
  for (let tree = 0; tree < paths.mostColumns.length; tree++) {
    for (let node = trees.roots[tree]!; node < trees.roots[tree + 1]!; node++) {
      if (trees.feature[node]! >= 0) describeChildren(trees, node, paths);
      paths.mostColumns[tree] = Math.max(paths.mostColumns[tree]!, paths.columns[node]!);
    }
  }
  return paths;
}

function describeChildren(
  trees: TreeEnsemble,
  node: number,
  { shares, previous, remaining, parents, columns, depths }: TreePaths,
): void {
  const left = trees.left[node]!;
  const earlier = earlierOf(trees.feature, node, parents);
  const leftShare = shareOf(trees.cover[left]!, trees.cover[left + 1]!);
  for (const child of [left, left + 1]) {
    parents[child] = node;
    previous[child] = earlier;
    shares[child] = child === left ? leftShare : 1 - leftShare;
    remaining[child] = shares[child]! * (earlier < 0 ? 1 : remaining[earlier]!);
    columns[child] = columns[node]! + (earlier < 0 ? 1 : 0);
    depths[child] = depths[node]! + 1;
  }
}

/** Of all rows of both; half where none came. */
const shareOf = (left: number, right: number): number => (left + right > 0 ? left / (left + right) : 0.5);

function earlierOf(feature: Int32Array, node: number, parents: Int32Array): number {
  for (let at = node; parents[at]! >= 0; at = parents[at]!) if (feature[parents[at]!] === feature[node]) return at;
  return -1;
}

/** What a model is expected to give when it knows no column: by output, over the shares of the training rows. */
export function expectedValues(trees: TreeEnsemble, { shares }: TreePaths, outputs: number): Float64Array {
  const expected = new Float64Array(outputs);
  const reach = new Float64Array(trees.feature.length);
  for (let tree = 0; tree < trees.roots.length - 1; tree++) {
    reach[trees.roots[tree]!] = 1;
    for (let node = trees.roots[tree]!; node < trees.roots[tree + 1]!; node++) {
      const left = trees.left[node]!;
      if (trees.feature[node]! < 0) addLeaf(trees, tree, left, reach[node]!, expected);
      else for (const child of [left, left + 1]) reach[child] = reach[node]! * shares[child]!;
    }
  }
  return expected;
}

function addLeaf({ values, width }: TreeEnsemble, tree: number, row: number, reach: number, to: Float64Array): void {
  if (width === 1) to[tree % to.length]! += reach * values[row]!;
  else for (let output = 0; output < width; output++) to[output]! += reach * values[row * width + output]!;
}
