// Where a model that is explained lies: the fields of its record, and of the record of each tree.

export const NODES: usize = 0;
export const FEATURES: usize = 4;
export const PREVIOUS: usize = 8;
export const SHARES: usize = 12;
export const REMAINING: usize = 16;
export const LEAF_ROWS: usize = 20;
export const VALUES: usize = 24;
export const WIDTH: usize = 28;
export const OUTPUTS: usize = 32;
export const COLUMNS: usize = 36;
export const SLOTS: usize = 40;
export const SLOT_COLUMNS: usize = 44;
export const SLOT_KINDS: usize = 48;
/** Where the points of each count of pairs lie. */
export const POINTS_OF: usize = 52;

/** A tree's record: its nodes; its inner nodes and then its leaves, in order; its points; its factors and its paths, or 0. */
export const TREE_BYTES: usize = 32;
export const FIRST: usize = 0;
export const COUNT: usize = 4;
export const ORDER: usize = 8;
export const INNER: usize = 12;
export const PAIRS: usize = 16;
export const POINTS: usize = 20;
export const FACTORS: usize = 24;
export const PATHS: usize = 28;

/** Points: t, then 1 − t, then the weights; two points are one vector. */
export const VECTOR: usize = 16;

/** A word of the record as an address or a count. */
@inline
export function field(record: usize, name: usize): usize {
  return <usize>load<u32>(record + name);
}
