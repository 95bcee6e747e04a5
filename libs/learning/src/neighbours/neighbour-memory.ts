import { ProblemError } from "@millrace/contracts";
import { newLayout, openProgram, type Program } from "@millrace/kernels";

/** As in the kernel: points of a leaf, and children of a node. */
export const LEAF = 32;
const CHILDREN = 4;
const LEVEL_WORDS = 5;
/** The kernel's addresses reach 4 GiB; what is left is for the process. */
const MOST_BYTES = 3.5 * 2 ** 30;

export interface Sizes {
  readonly rows: number;
  readonly columns: number;
  readonly reflectors: number;
  readonly threads: number;
  /** Queries that are answered in one call, and neighbours of each. */
  readonly queries: number;
  readonly neighbours: number;
}

/** The kernel's memory, with everything at its place. */
export interface NeighbourMemory {
  readonly program: Program;
  readonly record: number;
  readonly levels: number;
  readonly given: Float32Array;
  readonly order: Uint32Array;
  readonly centre: Float64Array;
  readonly reflectors: Float64Array;
  readonly counter: Int32Array;
  /** Scale and least slack. */
  readonly measures: Float64Array;
  readonly queryPlaces: Uint32Array;
  readonly queryRows: Float32Array;
  readonly distances: Float64Array;
  readonly found: Uint32Array;
}

/** Refuses more rows and columns than there is room for. */
export function requireRoomForNeighbours(rows: number, columns: number): void {
  const layout = newLayout();
  addresses(layout, { rows, columns, reflectors: 0, threads: 1, queries: 1, neighbours: 1 }, nodeCounts(rows));
  refuseTooLarge({ rows, columns }, layout.size);
}

export function openNeighbourMemory(sizes: Sizes): NeighbourMemory {
  const layout = newLayout();
  const counts = nodeCounts(sizes.rows);
  const at = addresses(layout, sizes, counts);
  refuseTooLarge(sizes, layout.size);
  const program = openProgram("neighbours", layout.size);
  const { buffer } = program.memory;
  const { rows, columns, reflectors, queries, neighbours } = sizes;
  writeRecord(new Uint32Array(buffer, at.record, 16), at, sizes, counts.length);
  writeLevels(new Uint32Array(buffer, at.levels, counts.length * LEVEL_WORDS), at.nodes, counts);
  return {
    program,
    record: at.record,
    levels: counts.length,
    given: new Float32Array(buffer, at.given, rows * columns),
    order: new Uint32Array(buffer, at.order, rows),
    centre: new Float64Array(buffer, at.centre, columns),
    reflectors: new Float64Array(buffer, at.reflectors, reflectors * columns),
    counter: new Int32Array(buffer, at.counter, 1),
    measures: new Float64Array(buffer, at.record + 64, 2),
    queryPlaces: new Uint32Array(buffer, at.queryPlaces, queries),
    queryRows: new Float32Array(buffer, at.queryRows, queries * columns),
    distances: new Float64Array(buffer, at.distances, queries * neighbours),
    found: new Uint32Array(buffer, at.found, queries * neighbours),
  };
}

/** Leaves, nodes of four leaves, and so on up to the four below the root. */
function nodeCounts(rows: number): number[] {
  const counts = [Math.max(1, Math.ceil(rows / LEAF))];
  while (counts.at(-1)! > CHILDREN) counts.push(Math.ceil(counts.at(-1)! / CHILDREN));
  return counts;
}

interface Addresses {
  readonly record: number;
  readonly given: number;
  readonly placed: number;
  readonly blocks: number;
  readonly order: number;
  readonly keys: number;
  readonly slacks: number;
  readonly centre: number;
  readonly reflectors: number;
  readonly levels: number;
  readonly counter: number;
  readonly rooms: number;
  readonly nodes: readonly ReturnType<typeof nodeAddresses>[];
  readonly queryPlaces: number;
  readonly queryRows: number;
  readonly distances: number;
  readonly found: number;
}

/** Each thread has room for a row of f64, a row of f32 and the bounds of 16 levels. */
const roomBytes = (columns: number): number => Math.ceil((widthOf(columns) * 12 + 17 * 16) / 64) * 64 + 64;

/** Rotated points have their columns in fours. */
const widthOf = (columns: number): number => Math.ceil(columns / 4) * 4;

function addresses(layout: ReturnType<typeof newLayout>, sizes: Sizes, counts: readonly number[]): Addresses {
  const { rows, columns, reflectors, threads, queries, neighbours } = sizes;
  const matrix = rows * columns * 4;
  return {
    record: layout.take(80),
    counter: layout.take(4),
    rooms: layout.take(threads * roomBytes(columns)),
    centre: layout.take(columns * 8),
    reflectors: layout.take(reflectors * columns * 8),
    levels: layout.take(counts.length * LEVEL_WORDS * 4),
    given: layout.take(matrix),
    placed: layout.take(matrix),
    blocks: layout.take(counts[0]! * LEAF * widthOf(columns) * 4),
    order: layout.take(rows * 4),
    keys: layout.take(rows * 4),
    slacks: layout.take(rows * 4),
    nodes: counts.map((count) => nodeAddresses(layout, count + CHILDREN, columns)),
    queryPlaces: layout.take(queries * 4),
    queryRows: layout.take(queries * columns * 4),
    distances: layout.take(queries * neighbours * 8),
    found: layout.take(queries * neighbours * 4),
  };
}

const nodeAddresses = (layout: ReturnType<typeof newLayout>, count: number, columns: number) => ({
  low: layout.take(count * widthOf(columns) * 4),
  high: layout.take(count * widthOf(columns) * 4),
  slacks: layout.take(count * 4),
  rows: layout.take(count * 4),
});

/** In the order of neighbours-record.ts. */
function writeRecord(words: Uint32Array, at: Addresses, { rows, columns, reflectors }: Sizes, levels: number): void {
  words.set([rows, columns, at.given, at.placed, at.blocks, at.order, at.keys, at.slacks, at.centre]);
  words.set([at.reflectors, reflectors, at.levels, levels, at.counter, at.rooms, roomBytes(columns)], 9);
}

function writeLevels(words: Uint32Array, nodes: Addresses["nodes"], counts: readonly number[]): void {
  nodes.forEach(({ low, high, slacks, rows }, level) =>
    words.set([counts[level]!, low, high, slacks, rows], level * LEVEL_WORDS),
  );
}

function refuseTooLarge({ rows, columns }: Pick<Sizes, "rows" | "columns">, bytes: number): void {
  if (bytes <= MOST_BYTES) return;
  const gigabytes = (bytes / 2 ** 30).toFixed(1);
  throw new ProblemError({
    code: "TASK_TOO_LARGE",
    message: `the nearest neighbours among ${rows} rows of ${columns} columns take ${gigabytes} GB of memory, and 3.5 GB is the limit.`,
    remedy: "Take a sample of the rows, or drop columns.",
  });
}
