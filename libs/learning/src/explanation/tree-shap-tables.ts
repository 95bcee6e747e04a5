import type { Layout } from "@millrace/kernels";
import type { TreeEnsemble } from "../trees/tree-ensemble.js";
import type { TreePaths } from "./tree-shap-paths.js";

/** What the kernel needs of the leaves' paths to explain many rows by tables: see assembly/shap-tables.ts. */
export interface TablePlan {
  /** By tree: the records of its leaves; none where tables would be slower than to walk the tree. */
  readonly records: readonly (Uint8Array | undefined)[];
  readonly mostInner: number;
  readonly mostColumns: number;
}

/** Sixteen bits tell the columns of a path apart, and a table of so many columns has 16,384 entries for each. */
const MOST_COLUMNS = 14;
/** A polynomial of the columns of a path but one has a degree that half as many points integrate. */
export const pairsOf = (columns: number): number => Math.max(1, Math.ceil(columns / 4));
export const MOST_TABLE_PAIRS = pairsOf(MOST_COLUMNS);
/** Nanoseconds, measured: a node of a walk; an entry of a table for a pair of points; a column and a step of a path for a row. */
const [WALK, ENTRY, COLUMN, STEP] = [10, 1, 1.3, 0.3];

export function planTables(trees: TreeEnsemble, paths: TreePaths, rows: number): TablePlan {
  const records = Array.from(paths.mostColumns, (_, tree) => {
    return isFaster(trees, paths, tree, rows) ? recordOf(trees, paths, tree) : undefined;
  });
  const most = (sizeOf: (tree: number) => number) =>
    records.reduce((greatest, record, tree) => (record ? Math.max(greatest, sizeOf(tree)) : greatest), 0);
  return {
    records,
    mostInner: most((tree) => (trees.roots[tree + 1]! - trees.roots[tree]! - 1) / 2),
    mostColumns: most((tree) => paths.mostColumns[tree]!),
  };
}

function isFaster({ roots, feature }: TreeEnsemble, paths: TreePaths, tree: number, rows: number): boolean {
  if (paths.mostColumns[tree]! > MOST_COLUMNS) return false;
  const walk = rows * WALK * (roots[tree + 1]! - roots[tree]!);
  let tables = 0;
  for (let node = roots[tree]!; node < roots[tree + 1]! && tables < walk; node++) {
    if (feature[node]! >= 0) continue;
    const columns = paths.columns[node]!;
    tables +=
      ENTRY * columns * 2 ** columns * (1 + pairsOf(columns)) + rows * (COLUMN * columns + STEP * paths.depths[node]!);
  }
  return tables < walk;
}

/** One leaf after the other. */
function recordOf(trees: TreeEnsemble, paths: TreePaths, tree: number): Uint8Array {
  const inner = new Map<number, number>();
  const leaves: number[] = [];
  for (let node = trees.roots[tree]!; node < trees.roots[tree + 1]!; node++) {
    if (trees.feature[node]! >= 0) inner.set(node, inner.size);
    else leaves.push(node);
  }
  const sizes = leaves.map((leaf) => leafBytes(paths, leaf));
  const record = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  leaves.forEach((leaf, index) => {
    writeLeaf(trees, paths, leaf, inner, new DataView(record.buffer, at, sizes[index]));
    at += sizes[index]!;
  });
  return record;
}

const HEAD_BYTES = 16;
const COLUMN_BYTES = 16;
const STEP_BYTES = 4;

const leafBytes = ({ columns, depths }: TreePaths, leaf: number): number =>
  HEAD_BYTES + columns[leaf]! * COLUMN_BYTES + Math.ceil((depths[leaf]! * STEP_BYTES) / 16) * 16;

function writeLeaf(
  { feature, left }: TreeEnsemble,
  { columns, depths, parents, remaining }: TreePaths,
  leaf: number,
  inner: ReadonlyMap<number, number>,
  to: DataView,
): void {
  [columns[leaf]!, depths[leaf]!, left[leaf]!].forEach((value, word) => to.setUint32(word * 4, value, true));
  const positions = new Map<number, number>();
  let step = HEAD_BYTES + columns[leaf]! * COLUMN_BYTES;
  for (let node = leaf; parents[node]! >= 0; node = parents[node]!, step += STEP_BYTES) {
    const parent = parents[node]!;
    const column = feature[parent]!;
    // The lowest node that was come to by a column has the product of all its shares.
    if (!positions.has(column)) writeColumn(to, positions.size, column, remaining[node]!);
    if (!positions.has(column)) positions.set(column, positions.size);
    const goesRight = node === left[parent] ? 0 : 1;
    to.setUint32(step, (inner.get(parent)! << 8) | (positions.get(column)! << 1) | goesRight, true);
  }
}

function writeColumn(to: DataView, position: number, column: number, share: number): void {
  const at = HEAD_BYTES + position * COLUMN_BYTES;
  to.setFloat64(at, share, true);
  to.setUint32(at + 8, column, true);
}

/** What one thread needs for tables of a chunk of rows, and for the record that says where it is. */
export interface TableRoom {
  readonly record: number;
  readonly words: readonly number[];
}

const ROOM_WORDS = 8;

export function takeTableRoom(
  layout: Layout,
  { mostInner, mostColumns }: TablePlan,
  slots: number,
  sums: number,
  rows: number,
): TableRoom {
  const stride = Math.ceil(rows / 16) * 16;
  const record = layout.take(ROOM_WORDS * 4);
  const pointBytes = pairsOf(mostColumns) * 16;
  const words = [stride, layout.take(slots * stride * 4), layout.take(mostInner * stride), layout.take(stride * 2)];
  words.push(layout.take(2 ** mostColumns * pointBytes), layout.take(mostColumns * 2 ** mostColumns * 8));
  words.push(layout.take(sums * stride * 8), layout.take((2 * mostColumns + 1) * pointBytes));
  return { record, words };
}
