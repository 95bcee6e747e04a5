import type { ModelState } from "../models/family.js";
import type { Numbers } from "../data/matrix.js";

/** Trees as arrays, one entry a node, tree after tree; the children of a node lie side by side, after it. */
export interface TreeEnsemble {
  /** The first node of each tree, and at the end the count of all nodes. */
  readonly roots: Int32Array;
  /** The column that a node asks; −1 at a leaf. */
  readonly feature: Int32Array;
  /** A value up to this one goes left. Where a node asks for categories: which of `sets` goes left. */
  readonly threshold: Float32Array;
  /** The left child; the right one is the next node. At a leaf: its row of `values`. */
  readonly left: Int32Array;
  /** MISSING_LEFT and ASKS_CATEGORY. */
  readonly flags: Uint8Array;
  /** Eight words a set: bit c % 32 of word c / 32 says that category c is in it. */
  readonly sets: Uint32Array;
  /** leaves × width. */
  readonly values: Float32Array;
  readonly width: number;
  /** The weight of the training rows that came to a node. */
  readonly cover: Float32Array;
  /** By how much a node's question lowered the loss; 0 at a leaf. */
  readonly gain: Float32Array;
}

/** A missing value, or a category that no set can hold, goes left; otherwise right. */
export const MISSING_LEFT = 1;
export const ASKS_CATEGORY = 2;
/** Codes 0 … 254 of a category can be in a set; others count as missing. */
export const MOST_CATEGORIES = 255;

export interface TreeModelState extends ModelState {
  readonly trees: TreeEnsemble;
  /** boosted: tree t adds its value to score t mod scores; averaged: the mean of the leaves' rows. */
  readonly combine: "boosted" | "averaged";
  /** Where the scores begin; its length is the count of scores. Empty for averaged trees. */
  readonly init: readonly number[];
  /** What makes outputs of scores. logistic: one score, two probabilities. */
  readonly link: "none" | "logistic" | "softmax";
}

/** The leaf, as a row of `values`, that a row of features comes to in the tree that begins at `node`. */
export function leafOf(trees: TreeEnsemble, node: number, features: Numbers): number {
  while (trees.feature[node]! >= 0) node = trees.left[node]! + (goesLeft(trees, node, features) ? 0 : 1);
  return trees.left[node]!;
}

export function goesLeft({ feature, threshold, flags, sets }: TreeEnsemble, node: number, features: Numbers): boolean {
  const value = features[feature[node]!]!;
  const asksCategory = (flags[node]! & ASKS_CATEGORY) !== 0;
  if (Number.isNaN(value) || (asksCategory && !(value >= 0 && value < MOST_CATEGORIES))) {
    return (flags[node]! & MISSING_LEFT) !== 0;
  }
  if (!asksCategory) return value <= threshold[node]!;
  const category = Math.floor(value);
  return ((sets[threshold[node]! * 8 + (category >>> 5)]! >>> (category & 31)) & 1) === 1;
}
