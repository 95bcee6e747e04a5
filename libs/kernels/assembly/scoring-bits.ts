// Sixteen rows at a time come to the leaves of a tree of up to 32 leaves without a walk (QuickScorer, Lucchese et al. 2015, with
// vectors as in Lettich et al. 2019): each row has a bit a leaf; every node that it leaves to the right clears those of the leaves
// to the left below. The first bit that is left is the leaf, leaves being numbered from left to right.

import { outsideSet } from "./scoring-questions";

/** A tree's record: how many nodes ask numbers, how many categories; those nodes; the nodes of its leaves, from left to right. */
const CATEGORY_NODES: usize = 4;
const HEAD_BYTES: usize = 16;
/** A node: its threshold or its set's address, where its slot begins among those of eight rows, the leaves that it clears. */
const NODE_BYTES: usize = 16;
const SLOT: usize = 4;
const CLEARS: usize = 8;

/** Writes the node of the leaf of each row; `group` bytes of slots belong to eight rows. */
export function leavesByBits(tree: usize, rows: i32, slots: usize, group: usize, leaves: usize): void {
  const numbers = tree + HEAD_BYTES;
  const categories = numbers + <usize>load<u32>(tree) * NODE_BYTES;
  const leafNodes = categories + <usize>load<u32>(tree, CATEGORY_NODES) * NODE_BYTES;
  for (let row = 0; row < rows; row += 16) {
    sixteenRows(numbers, categories, leafNodes, slots, slots + group, leaves + (<usize>row << 2));
    slots += 2 * group;
  }
}

@inline
function sixteenRows(numbers: usize, categories: usize, end: usize, first: usize, second: usize, leaves: usize): void {
  let a = i32x4.splat(-1), b = a, c = a, d = a;
  for (let node = numbers; node < categories; node += NODE_BYTES) {
    const threshold = v128.load32_splat(node);
    const clears = v128.load32_splat(node + CLEARS);
    const slot = <usize>load<u32>(node, SLOT);
    a = v128.andnot(a, v128.and(f32x4.gt(v128.load(first + slot), threshold), clears));
    b = v128.andnot(b, v128.and(f32x4.gt(v128.load(first + slot, 16), threshold), clears));
    c = v128.andnot(c, v128.and(f32x4.gt(v128.load(second + slot), threshold), clears));
    d = v128.andnot(d, v128.and(f32x4.gt(v128.load(second + slot, 16), threshold), clears));
  }
  for (let node = categories; node < end; node += NODE_BYTES) {
    const clears = v128.load32_splat(node + CLEARS);
    const slot = <usize>load<u32>(node, SLOT);
    const right = outsideSet(<usize>load<u32>(node), first + slot, second + slot);
    const low = i16x8.extend_low_i8x16_s(right);
    const high = i16x8.extend_high_i8x16_s(right);
    a = v128.andnot(a, v128.and(i32x4.extend_low_i16x8_s(low), clears));
    b = v128.andnot(b, v128.and(i32x4.extend_high_i16x8_s(low), clears));
    c = v128.andnot(c, v128.and(i32x4.extend_low_i16x8_s(high), clears));
    d = v128.andnot(d, v128.and(i32x4.extend_high_i16x8_s(high), clears));
  }
  v128.store(leaves, a);
  v128.store(leaves, b, 16);
  v128.store(leaves, c, 32);
  v128.store(leaves, d, 48);
  for (let lane: usize = 0; lane < 64; lane += 4) {
    store<u32>(leaves + lane, load<u32>(end + (<usize>ctz(load<u32>(leaves + lane)) << 2)));
  }
}
