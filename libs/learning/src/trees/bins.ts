import { newLayout, openProgram, teamOf, type Layout, type Program, type Team } from "@millrace/kernels";
import type { Matrix } from "../data/matrix.js";

/**
 * Bins: each value of a matrix as one byte, which is what trees are grown on.
 *
 * - Row-major: the bin of row r and column c is the byte `bins + r × stride + c` of a program's memory.
 * - Bin 0 is a missing value (NaN). A column of numbers has the bins 1 … counts[c] − 1: value x is in bin b when
 *   upperBounds[c][b − 2] < x ≤ upperBounds[c][b − 1]; the last bound is Infinity. Values and bounds are float32, so
 *   `x <= upperBounds[c][b − 1]` is to the bit the question `bin ≤ b`: the bound is the threshold of a split behind bin b.
 * - A column of categories has bin code + 1 for the codes 0 … 254, and 0 for everything else; it has no bounds.
 * - The bounds lie halfway between neighbouring values of up to 200,000 rows; a column with few values has one a bin.
 *
 * Any kernel that exports `assignBins` (assembly/bins.ts) can be filled:
 * `const plan = planBins(x, { categorical }); const places = takeBins(layout, plan, rows); … writeBins(x, plan, places, program, team);`
 */
export interface BinPlan {
  readonly columns: number;
  /** 1 where a column holds codes of categories. */
  readonly categorical: Uint8Array;
  readonly upperBounds: readonly Float32Array[];
  /** How many bins a column uses, the one for missing values included. */
  readonly counts: Int32Array;
}

export interface BinOptions {
  readonly categorical?: readonly number[];
  /** Without the one for missing values: 2 … 255. */
  readonly maxBins?: number;
  readonly threads?: number;
  /** Only these rows are looked at, all without it. */
  readonly rows?: ArrayLike<number>;
}

/** Where the bins lie in a program's memory, and what is needed to write them. */
export interface BinPlaces {
  readonly bins: number;
  readonly stride: number;
  readonly bounds: number;
  readonly categorical: number;
  readonly block: number;
}

const KERNEL = "boosting";
const BOUNDS = 256;
const SAMPLE_ROWS = 200_000;
/** Values of a sample that are planned at a time, so that a wide matrix needs no more memory than a narrow one. */
const SAMPLE_VALUES = 2_000_000;
/** Values that are brought into a program's memory at a time. */
const BLOCK_VALUES = 262_144;
const COUNTERS_BYTES = 3 * 2048 * 4;

export function planBins(x: Matrix, options: BinOptions = {}): BinPlan {
  const { categorical = [], maxBins = 255, threads = 1 } = options;
  const isCategorical = new Uint8Array(x.columns);
  for (const column of categorical) isCategorical[column] = 1;
  const counts = new Int32Array(x.columns);
  const upperBounds: Float32Array[] = [];
  const planner = plannerOf(x, maxBins, teamOf(threads), options.rows);
  for (let first = 0; first < x.columns; first += planner.width) {
    const last = Math.min(first + planner.width, x.columns);
    const planned = planner.plan(first, last);
    counts.set(planned.counts, first);
    upperBounds.push(...planned.upperBounds);
  }
  for (const column of categorical) {
    counts[column] = categoryBins(x, column);
    upperBounds[column] = new Float32Array(0);
  }
  return { columns: x.columns, categorical: isCategorical, upperBounds, counts };
}

/** Plans up to `width` columns at a time in a small memory of its own. */
function plannerOf(x: Matrix, maxBins: number, team: Team, rows: ArrayLike<number> | undefined) {
  const taken = sampledRows(rows?.length ?? x.rows);
  const sampled = rows === undefined ? taken : taken.map((place) => rows[place]!);
  const sample = sampled.length;
  const width = Math.min(x.columns, Math.max(1, Math.floor(SAMPLE_VALUES / Math.max(1, sample))));
  const layout = newLayout();
  const values = layout.take(sample * width * 4);
  const scratch = Array.from({ length: team.threads }, () => layout.take(COUNTERS_BYTES + sample * 8));
  const [bounds, counts] = [layout.take(width * BOUNDS * 4), layout.take(width * 4)];
  const program = openProgram(KERNEL, layout.size);
  const { buffer } = program.memory;

  function plan(first: number, last: number) {
    const columns = last - first;
    copySample(x, sampled, first, last, new Float32Array(buffer, values, sample * columns));
    const columnsOf = shareOf(columns, team);
    team.run(program, "planBounds", (thread) => {
      return [...columnsOf(thread), sample, columns, values, scratch[thread]!, maxBins, bounds, counts];
    });
    const planned = new Int32Array(buffer, counts, columns).slice();
    const upperBounds = Array.from(planned, (count, column) =>
      new Float32Array(buffer, bounds + column * BOUNDS * 4, count - 1).slice(),
    );
    return { counts: planned, upperBounds };
  }
  return { width, plan };
}

/** The columns from first to last of the rows. */
function copySample(x: Matrix, rows: Int32Array, first: number, last: number, to: Float32Array): void {
  const { columns, values } = x;
  if (rows.length === x.rows && last - first === columns) return to.set(values);
  let at = 0;
  for (const row of rows) {
    const end = row * columns + last;
    for (let from = row * columns + first; from < end; from++) to[at++] = values[from]!;
  }
}

/** One row out of each of equal stretches, at a place that is scattered but always the same: data may be periodic. */
function sampledRows(rows: number): Int32Array {
  const taken = Math.min(rows, SAMPLE_ROWS);
  return Int32Array.from({ length: taken }, (_, index) => (taken === rows ? index : scattered(index, taken, rows)));
}

function scattered(index: number, taken: number, rows: number): number {
  const share = (Math.imul(index + 1, 0x9e3779b1) >>> 0) / 2 ** 32;
  return Math.min(rows - 1, Math.floor(((index + share) * rows) / taken));
}

function categoryBins({ rows, columns, values }: Matrix, column: number): number {
  let most = -1;
  for (let row = 0; row < rows; row++) {
    const code = values[row * columns + column]!;
    if (code < BOUNDS - 1 && code > most) most = code;
  }
  return Math.floor(most) + 2;
}

const shareOf =
  (count: number, { threads }: Team) =>
  (thread: number): [number, number] => [
    Math.floor((count * thread) / threads),
    Math.floor((count * (thread + 1)) / threads),
  ];

const blockRows = (columns: number): number => Math.max(1, Math.floor(BLOCK_VALUES / Math.max(1, columns)));

export const takeBins = (layout: Layout, { columns }: Pick<BinPlan, "columns">, rows: number): BinPlaces => ({
  stride: columns,
  bins: layout.take(rows * columns),
  bounds: layout.take(columns * BOUNDS * 4),
  categorical: layout.take(columns),
  block: layout.take(Math.min(rows, blockRows(columns)) * columns * 4),
});

/** Writes the bins of all rows of x into the memory of a program that exports `assignBins`. */
export function writeBins(x: Matrix, plan: BinPlan, places: BinPlaces, program: Program, team: Team): void {
  const { buffer } = program.memory;
  const { columns } = plan;
  const { block, bounds, categorical, bins, stride } = places;
  writeBounds(plan, new Float32Array(buffer, bounds, columns * BOUNDS));
  new Uint8Array(buffer, categorical, columns).set(plan.categorical);
  const values = new Float32Array(buffer, block, Math.min(x.rows, blockRows(columns)) * columns);
  for (let first = 0; first < x.rows; first += blockRows(columns)) {
    const last = Math.min(first + blockRows(columns), x.rows);
    values.set(x.values.subarray(first * columns, last * columns));
    const rowsOf = shareOf(last - first, team);
    const to = bins + first * stride;
    team.run(program, "assignBins", (thread) => {
      return [...rowsOf(thread), columns, block, bounds, categorical, to, stride];
    });
  }
}

function writeBounds({ upperBounds }: BinPlan, to: Float32Array): void {
  to.fill(Infinity);
  upperBounds.forEach((bounds, column) => to.set(bounds, column * BOUNDS));
}
