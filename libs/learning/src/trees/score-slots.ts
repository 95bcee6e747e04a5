import { ASKS_CATEGORY, MISSING_LEFT, type TreeEnsemble } from "./tree-ensemble.js";

/**
 * What the nodes of a model ask, each thing once. Kernels only ask `value > threshold`, which is false for NaN, or whether a
 * code is in a set of 256 bits, the last one for missing: so a missing value needs no step of its own.
 */
export interface ScoreSlots {
  readonly columns: Uint32Array;
  readonly kinds: Uint8Array;
  /** By node; 0 at a leaf. */
  readonly slots: Uint32Array;
}

/** A column's value; the same with Infinity for a missing one; 1 for a missing value and 0 for others; a category's code. */
const [VALUE, MISSING_RIGHT, IS_MISSING, CATEGORY] = [0, 1, 2, 3] as const;
const KINDS = 4;

export function planSlots(trees: TreeEnsemble, columns: number): ScoreSlots {
  const slotOf = new Int32Array(columns * KINDS).fill(-1);
  const known: number[] = [];
  const slots = new Uint32Array(trees.feature.length);
  for (let node = 0; node < slots.length; node++) {
    if (trees.feature[node]! < 0) continue;
    const key = trees.feature[node]! * KINDS + kindOf(trees, node);
    if (slotOf[key]! < 0) slotOf[key] = known.push(key) - 1;
    slots[node] = slotOf[key]!;
  }
  return {
    columns: Uint32Array.from(known, (key) => Math.floor(key / KINDS)),
    kinds: Uint8Array.from(known, (key) => key % KINDS),
    slots,
  };
}

function kindOf({ flags, threshold }: TreeEnsemble, node: number): number {
  if ((flags[node]! & ASKS_CATEGORY) !== 0) return CATEGORY;
  if ((flags[node]! & MISSING_LEFT) !== 0) return VALUE;
  return threshold[node] === Infinity ? IS_MISSING : MISSING_RIGHT;
}

/** What the kernel compares with: between 0 and 1 where only a missing value goes right. */
export const slotThreshold = ({ threshold, flags }: TreeEnsemble, node: number): number =>
  threshold[node] === Infinity && (flags[node]! & MISSING_LEFT) === 0 ? 0.5 : threshold[node]!;
