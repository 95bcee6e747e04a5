import { ProblemError } from "@millrace/contracts";
import { newLayout, type Layout } from "@millrace/kernels";
import { takeBins } from "../trees/bins.js";

/** Of what size a task is. */
export interface ForestSize {
  readonly rows: number;
  readonly columns: number;
  /** 0 for a regression. */
  readonly classes: number;
  readonly trees: number;
  readonly threads: number;
  /** More leaves than this no tree can have. */
  readonly mostLeaves: number;
  readonly hasCategories: boolean;
  readonly drawsByWeight: boolean;
  readonly outOfBag: boolean;
}

const MOST_KERNEL_BYTES = 65_535 * 65_536;
const MOST_MODEL_BYTES = 12 * 2 ** 30;
/** Rows are numbered, and drawn rows counted, in 24 bits. */
const MOST_ROWS = 2 ** 24 - 1;
const TASK_BYTES = 256;
const ROOM_BYTES = 128;
const DIRECTORY_BYTES = 32;
const BINS = 256;
/** As assembly/forest-task.ts has them. */
const [GROUP, CELLS_A_COLUMN] = [4, 258];
/** More nodes never wait than a count of rows can be halved, and each with its cell. */
const WAITING = 40;
const WAITING_BYTES = 32;
/** A thread hands its trees over when it has so many nodes: so calls are long enough to be worth it. */
const OUTPUT_NODES = 2 ** 19;
const NODE_BYTES = 21;
const SET_BYTES = 32;

export const outputsOfSize = ({ classes }: Pick<ForestSize, "classes">): number => Math.max(1, classes);

/** What a bin's cell takes, as assembly/forest-cells.ts has it. */
export function cellBytesOf({ classes }: Pick<ForestSize, "classes">): number {
  if (classes === 0) return 16;
  return classes === 2 ? 8 : Math.ceil(classes / 4) * 16;
}

const vectors = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/** The addresses of everything that a task needs; those that it does not need are 0. */
export function placesOf(layout: Layout, size: ForestSize) {
  const { rows, columns, trees, threads } = size;
  const takeIf = (needed: boolean, bytes: number) => (needed ? layout.take(bytes) : 0);
  const places = {
    task: layout.take(TASK_BYTES),
    counter: layout.take(64),
    bins: takeBins(layout, size, rows),
    columnBins: layout.take(rows * columns),
    binCounts: layout.take(columns * 4),
    labels: layout.take(rows),
    targets: takeIf(size.classes === 0, rows * 8),
    weights: layout.take(rows * 4),
    aliases: takeIf(size.drawsByWeight, rows * 8),
    seeds: layout.take(trees * 8),
    directory: layout.take(trees * DIRECTORY_BYTES),
    unseenSums: takeIf(size.outOfBag, unseenBytes(size)),
  };
  return { ...places, rooms: Array.from({ length: threads }, () => roomOf(layout, size)) };
}

/** A share of each class in 4 bytes, or a sum and a count in 8 each. */
const unseenBytes = ({ rows, classes }: ForestSize): number => rows * (classes > 0 ? classes * 4 : 16);

/** What each thread has for itself. */
function roomOf(layout: Layout, size: ForestSize) {
  const { rows, columns, classes } = size;
  const cell = cellBytesOf(size);
  const nodes = Math.max(2 * size.mostLeaves, OUTPUT_NODES);
  const leaves = Math.max(size.mostLeaves, nodes / 2);
  return {
    room: layout.take(ROOM_BYTES),
    entries: layout.take((rows + 1) * 8),
    spare: layout.take((rows + 1) * 8),
    cells: layout.take(GROUP * CELLS_A_COLUMN * cell),
    usedBins: layout.take(BINS),
    sortKeys: layout.take(BINS * 8),
    usedBits: layout.take(BINS / 8),
    stack: layout.take(WAITING * (WAITING_BYTES + vectors(cell))),
    columnOrder: layout.take(columns * 4),
    totals: [0, 1, 2].map(() => layout.take(vectors(cell))),
    leftBins: layout.take(BINS / 8),
    direction: layout.take(2 * Math.max(1, classes) * 8),
    ...{ feature: layout.take(nodes * 4), threshold: layout.take(nodes * 4), left: layout.take(nodes * 4) },
    ...{ flags: layout.take(nodes), cover: layout.take(nodes * 4), gain: layout.take(nodes * 4) },
    values: layout.take(leaves * outputsOfSize(size) * 4),
    sets: size.hasCategories ? layout.take(leaves * SET_BYTES) : 0,
    ...{ nodes, leaves },
  };
}

export type ForestPlaces = ReturnType<typeof placesOf>;

/** What a task takes beside the matrix: at once in the kernel's memory, and at most for the trees that come out of it. */
export function forestBytes(size: ForestSize): { kernel: number; model: number } {
  const layout = newLayout();
  placesOf(layout, size);
  const leaf = outputsOfSize(size) * 4 + (size.hasCategories ? SET_BYTES : 0);
  return { kernel: layout.size, model: size.trees * size.mostLeaves * (2 * NODE_BYTES + leaf) };
}

/** Refuses a task that is larger than what there can be, before anything is allocated. */
export function requireRoom(family: string, size: ForestSize): void {
  const { kernel, model } = forestBytes(size);
  const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const what = `${size.rows} rows × ${size.columns} columns`;
  if (size.rows > MOST_ROWS) throw tooLarge(family, `${what}: more than ${MOST_ROWS} rows.`);
  if (kernel > MOST_KERNEL_BYTES) {
    throw tooLarge(
      family,
      `${what} take ${gigabytes(kernel)}, more than the ${gigabytes(MOST_KERNEL_BYTES)} of a kernel.`,
    );
  }
  if (model <= MOST_MODEL_BYTES) return;
  const limit = gigabytes(MOST_MODEL_BYTES);
  throw tooLarge(family, `${size.trees} trees for ${what} may become ${gigabytes(model)} large, more than ${limit}.`);
}

const tooLarge = (where: string, message: string): ProblemError =>
  new ProblemError({
    ...{ code: "TASK_TOO_LARGE", where, message },
    remedy: "Raise minRows, set maxDepth, ask for fewer trees, or train on a sample of the rows.",
  });
