import { ASKS_CATEGORY, type TreeEnsemble } from "./tree-ensemble.js";

/** What the kernel needs to bring tables of rows to the leaves of small trees by bits: see assembly/scoring-bits.ts. */
export const MOST_LEAVES = 32;
const HEAD_WORDS = 4;
const NODE_WORDS = 4;

/** The bytes of a tree's record; 0 where it has too many leaves, or one. */
export function bitsBytes({ roots }: TreeEnsemble, tree: number): number {
  const leaves = (roots[tree + 1]! - roots[tree]! + 1) / 2;
  return leaves === 1 || leaves > MOST_LEAVES ? 0 : (HEAD_WORDS + (leaves - 1) * NODE_WORDS + leaves) * 4;
}

/** What a node asks: its threshold's bits or its set's address, and its slot. */
export interface Questions {
  readonly question: (node: number) => number;
  readonly slot: (node: number) => number;
}

/** Eight rows lie side by side in each slot. */
const SLOT_BYTES = 32;

export function writeBits(trees: TreeEnsemble, tree: number, { question, slot }: Questions, to: Uint32Array): void {
  const { inner, leaves } = fromLeftToRight(trees, trees.roots[tree]!);
  const asksCategory = ({ node }: InnerNode) => (trees.flags[node]! & ASKS_CATEGORY) !== 0;
  const categories = inner.filter(asksCategory);
  const numbers = inner.filter((entry) => !asksCategory(entry));
  to.set([numbers.length, categories.length]);
  [...numbers, ...categories].forEach(({ node, clears }, index) => {
    to.set([question(node), slot(node) * SLOT_BYTES, clears], HEAD_WORDS + index * NODE_WORDS);
  });
  to.set(leaves, HEAD_WORDS + inner.length * NODE_WORDS);
}

interface InnerNode {
  readonly node: number;
  /** The bits of the leaves to the left below. */
  readonly clears: number;
}

function fromLeftToRight({ feature, left }: TreeEnsemble, root: number) {
  const inner: InnerNode[] = [];
  const leaves: number[] = [];
  function visit(node: number): void {
    if (feature[node]! < 0) return void leaves.push(node);
    const first = leaves.length;
    visit(left[node]!);
    inner.push({ node, clears: bitsBetween(first, leaves.length) });
    visit(left[node]! + 1);
  }
  visit(root);
  return { inner, leaves };
}

const bitsBetween = (first: number, last: number): number => (2 ** last - 2 ** first) >>> 0;
