import { ProblemError } from "@millrace/contracts";
import { newLayout, openProgram, type Layout, type Program } from "@millrace/kernels";
import { sumsOf } from "../trees/score-program.js";
import { planSlots } from "../trees/score-slots.js";
import type { TreeModelState } from "../trees/tree-ensemble.js";
import { takeModel, takeTrees, writeModel, writeTrees, type TreeShape } from "./tree-shap-memory.js";
import { expectedValues, pathsOf } from "./tree-shap-paths.js";
import { planTables, takeTableRoom, type TableRoom } from "./tree-shap-tables.js";

/** A model in the memory of a kernel of its own, with rooms for blocks of rows: see assembly/shap.ts. */
export interface ShapProgram {
  readonly program: Program;
  readonly model: number;
  readonly trees: number;
  readonly treeCount: number;
  readonly rows: number;
  readonly values: number;
  readonly blockRows: number;
  /** So many rows a thread explains at a time. */
  readonly chunkRows: number;
  readonly rooms: readonly Room[];
  readonly expected: Float64Array;
}

/** What one thread works in. */
interface Room {
  readonly slots: number;
  readonly agrees: number;
  readonly products: number;
  readonly sums: number;
  readonly tables: TableRoom | undefined;
}

const BLOCK_ROWS = 16_384;
const CHUNK_ROWS = 4096;
const BLOCK_BYTES = 2 ** 26;
const MOST_BYTES = 2 ** 32 - 2 ** 20;
const VECTOR = 16;

/** For up to so many rows at a time. */
export function openShapProgram(state: TreeModelState, threads: number, rows: number): ShapProgram {
  const { trees, columns } = state;
  const [paths, slots, sums] = [pathsOf(trees), planSlots(trees, columns), sumsOf(state)];
  const rowBytes = columns * 4 + sums * columns * 8 + slots.columns.length * 4;
  const blockRows = Math.max(1, Math.min(BLOCK_ROWS, Math.floor(BLOCK_BYTES / Math.max(1, rowBytes)), rows));
  const chunkRows = Math.min(CHUNK_ROWS, blockRows);
  const plan = planTables(trees, paths, chunkRows);
  const layout = newLayout();
  const places = takeModel(layout, trees, slots);
  const placed = takeTrees(layout, trees, paths, plan);
  const [rowsAt, valuesAt] = [layout.take(blockRows * columns * 4), layout.take(blockRows * sums * columns * 8)];
  const rooms = Array.from({ length: threads }, () => ({
    slots: layout.take(chunkRows * slots.columns.length * 4),
    ...takeWalkRoom(layout, trees.width, placed.shapes),
    tables:
      plan.mostColumns > 0 ? takeTableRoom(layout, plan, slots.columns.length, sums * columns, chunkRows) : undefined,
  }));
  refuseLarge(layout.size, state, threads);
  const program = openProgram("shap", layout.size);
  writeModel(state, slots, paths, program, places);
  writeTrees(trees, placed, plan, program, places);
  for (const { tables } of rooms) if (tables) writeTableRoom(program, tables);
  return {
    ...{ program, model: places.record, trees: places.treeRecords, treeCount: paths.mostColumns.length, blockRows },
    ...{ chunkRows, rooms, rows: rowsAt, values: valuesAt, expected: expectedValues(trees, paths, sums) },
  };
}

function takeWalkRoom(layout: Layout, width: number, shapes: readonly TreeShape[]) {
  const walked = shapes.filter(({ paths }) => paths === 0);
  const most = (size: (shape: TreeShape) => number) =>
    walked.reduce((greatest, shape) => Math.max(greatest, size(shape)), 0);
  const products = most(({ count, pairs }) => count * pairs * VECTOR);
  return {
    agrees: layout.take(most(({ count }) => count)),
    products: layout.take(products),
    sums: layout.take(width === 1 ? 0 : products),
  };
}

const writeTableRoom = ({ memory }: Program, { record, words }: TableRoom): void =>
  new Uint32Array(memory.buffer, record, words.length).set(words);

function refuseLarge(bytes: number, { trees: { feature } }: TreeModelState, threads: number): void {
  if (bytes <= MOST_BYTES) return;
  const megabytes = Math.ceil(bytes / 2 ** 20);
  throw new ProblemError({
    code: "TASK_TOO_LARGE",
    message: `to explain a model of ${feature.length} nodes on ${threads} threads needs ${megabytes} MB, more than 4095 MB.`,
    remedy: "Use fewer threads, or train fewer trees, or limit their depth or leaves.",
  });
}
