import { ProblemError } from "@millrace/contracts";
import { newLayout, openProgram, type Layout, type Program } from "@millrace/kernels";
import { countCategoryNodes, kindOf, nodeBytes, SET_BYTES, writeNodes } from "./score-nodes.js";
import { bitsBytes, writeBits } from "./score-bits.js";
import { planSlots, type ScoreSlots } from "./score-slots.js";
import type { TreeEnsemble, TreeModelState } from "./tree-ensemble.js";

/** A model in the memory of a kernel of its own, with room for one row and for blocks of rows. */
export interface ScoreProgram {
  readonly program: Program;
  readonly model: number;
  readonly sums: number;
  /** For one row. */
  readonly row: number;
  readonly rowSlots: number;
  readonly rowLeaves: number;
  readonly rowSums: number;
  /** For blocks of `blockRows` rows, in which each of up to MOST_THREADS threads works off chunks of `chunkRows`. */
  readonly block: number;
  readonly blockSums: number;
  readonly slots: readonly number[];
  readonly leaves: readonly number[];
  readonly blockRows: number;
  readonly chunkRows: number;
}

/** More threads than that take no part. */
export const MOST_THREADS = 32;
const LANES = 8;
/** As many rows come to leaves by bits at a time. */
const VECTOR = 16;
const BLOCK_VALUES = 4_000_000;
const BLOCK_ROWS = 16_384;
/** What the slots of a chunk's rows may take, so that they stay in a core's cache. */
const CHUNK_BYTES = 131_072;
const CHUNK_ROWS = 512;
const MOST_BYTES = 2 ** 32 - 2 ** 20;

export const sumsOf = ({ combine, init, trees }: TreeModelState): number =>
  combine === "boosted" ? init.length : trees.width;

export function openScoreProgram(state: TreeModelState): ScoreProgram {
  const { trees, columns } = state;
  const slots = planSlots(trees, columns);
  const kind = kindOf(trees, slots);
  const layout = newLayout();
  const model = takeModel(layout, trees, slots, kind, sumsOf(state));
  const rooms = takeRooms(layout, columns, slots.columns.length, sumsOf(state));
  refuseLarge(layout.size, trees);
  const program = openProgram("scoring", layout.size);
  writeModel(state, slots, kind, program, model);
  return { program, model: model.record, sums: sumsOf(state), ...rooms };
}

function takeModel(layout: Layout, trees: TreeEnsemble, slots: ScoreSlots, kind: number, sums: number) {
  const count = trees.feature.length;
  const groups = Math.ceil((trees.roots.length - 1) / LANES);
  return {
    record: layout.take(64),
    nodes: layout.take(count * nodeBytes(kind)),
    leafRows: layout.take(count * 4),
    values: layout.take(trees.values.length * 4),
    roots: layout.take(groups * LANES * 4),
    depths: layout.take(groups * LANES * 4),
    groupDepths: layout.take(groups * 4),
    bits: layout.take(groups * LANES * 4),
    bitRecords: Array.from({ length: trees.roots.length - 1 }, (_, tree) => takeBits(layout, trees, tree)),
    begin: layout.take(sums * 8),
    slotColumns: layout.take(slots.columns.length * 4),
    slotKinds: layout.take(slots.kinds.length),
    sets: layout.take(countCategoryNodes(trees) * SET_BYTES),
  };
}

function takeBits(layout: Layout, trees: TreeEnsemble, tree: number): number {
  const bytes = bitsBytes(trees, tree);
  return bytes === 0 ? 0 : layout.take(bytes);
}

function takeRooms(layout: Layout, columns: number, slots: number, sums: number) {
  const blockRows = Math.max(LANES, Math.min(BLOCK_ROWS, Math.floor(BLOCK_VALUES / Math.max(1, columns))));
  const chunkRows =
    VECTOR * Math.max(1, Math.min(CHUNK_ROWS / VECTOR, Math.floor(CHUNK_BYTES / 4 / VECTOR / (slots + 1))));
  const each = (bytes: number) => Array.from({ length: MOST_THREADS }, () => layout.take(bytes));
  return {
    row: layout.take(columns * 4),
    rowSlots: layout.take(slots * 4),
    rowLeaves: layout.take(LANES * 4),
    rowSums: layout.take(sums * 8),
    block: layout.take(blockRows * columns * 4),
    blockSums: layout.take(blockRows * sums * 8),
    slots: each(chunkRows * slots * 4),
    leaves: each(chunkRows * 4),
    blockRows,
    chunkRows,
  };
}

function refuseLarge(bytes: number, { feature }: TreeEnsemble): void {
  if (bytes <= MOST_BYTES) return;
  throw new ProblemError({
    code: "TASK_TOO_LARGE",
    message: `the model's ${feature.length} nodes need ${Math.ceil(bytes / 2 ** 20)} MB to predict, more than 4095 MB.`,
    remedy: "Train fewer trees, or limit their depth or leaves.",
  });
}

function writeModel(
  state: TreeModelState,
  slots: ScoreSlots,
  kind: number,
  { memory: { buffer } }: Program,
  places: ReturnType<typeof takeModel>,
): void {
  const { trees } = state;
  writeNodes(trees, slots, kind, buffer, places);
  new Float32Array(buffer, places.values, trees.values.length).set(trees.values);
  new Uint32Array(buffer, places.slotColumns, slots.columns.length).set(slots.columns);
  new Uint8Array(buffer, places.slotKinds, slots.kinds.length).set(slots.kinds);
  const begin = new Float64Array(buffer, places.begin, sumsOf(state));
  if (state.combine === "boosted") begin.set(state.init);
  writeRoots(trees, buffer, places);
  writeAllBits(trees, slots, kind, buffer, places);
  const { nodes, leafRows, values, roots, depths, slotColumns, slotKinds, groupDepths } = places;
  const record = [nodes, leafRows, values, roots, depths, trees.roots.length - 1, sumsOf(state), trees.width];
  record.push(
    places.begin,
    kind,
    slots.columns.length,
    slotColumns,
    slotKinds,
    state.columns,
    groupDepths,
    places.bits,
  );
  new Uint32Array(buffer, places.record, record.length).set(record);
}

/** What a node asks is the first word of its own record too. */
function writeAllBits(
  trees: TreeEnsemble,
  { slots }: ScoreSlots,
  kind: number,
  buffer: ArrayBufferLike,
  { nodes, bits, bitRecords }: ReturnType<typeof takeModel>,
): void {
  const nodeWords = nodeBytes(kind) / 4;
  const words = new Uint32Array(buffer, nodes, trees.feature.length * nodeWords);
  const questions = { question: (node: number) => words[node * nodeWords]!, slot: (node: number) => slots[node]! };
  new Uint32Array(buffer, bits, bitRecords.length).set(bitRecords);
  bitRecords.forEach((at, tree) => {
    if (at !== 0) writeBits(trees, tree, questions, new Uint32Array(buffer, at, bitsBytes(trees, tree) / 4));
  });
}

/** The last group of eight is filled up with the last tree. */
function writeRoots(trees: TreeEnsemble, buffer: ArrayBufferLike, places: ReturnType<typeof takeModel>): void {
  const count = trees.roots.length - 1;
  const filled = Math.ceil(count / LANES) * LANES;
  const roots = new Uint32Array(buffer, places.roots, filled);
  const depths = new Int32Array(buffer, places.depths, filled);
  const groupDepths = new Int32Array(buffer, places.groupDepths, filled / LANES);
  const depthOf = depthMeter(trees);
  for (let tree = 0; tree < filled; tree++) {
    roots[tree] = trees.roots[Math.min(tree, count - 1)]!;
    depths[tree] = tree < count ? depthOf(tree) : 0;
    const group = Math.floor(tree / LANES);
    groupDepths[group] = Math.max(groupDepths[group]!, depths[tree]!);
  }
}

/** How many steps the deepest leaf of a tree is from its root: children come after their parent. */
function depthMeter({ roots, feature, left }: TreeEnsemble): (tree: number) => number {
  const levels = new Int32Array(feature.length);
  return (tree) => {
    let deepest = 0;
    for (let node = roots[tree]!; node < roots[tree + 1]!; node++) {
      const level = levels[node]!;
      deepest = Math.max(deepest, level);
      if (feature[node]! >= 0) levels.fill(level + 1, left[node], left[node]! + 2);
    }
    return deepest;
  };
}
