import { refuseCancelled } from "../data/cancelled.js";
import { ProblemError } from "@millrace/contracts";
import { defaultThreads, teamOf, type Team } from "@millrace/kernels";
import type { Matrix } from "../data/matrix.js";
import { seededRandom } from "../data/random.js";
import { LEAF, openNeighbourMemory, type NeighbourMemory } from "./neighbour-memory.js";
import { principalReflections, type CentredRows } from "./principal-reflections.js";

/** Row by row of the queries: k row numbers and their distances, nearest first, of equally near ones the lower number. */
export interface Neighbours {
  readonly k: number;
  readonly ids: Int32Array;
  readonly distances: Float64Array;
}

/** Rows among which neighbours can be asked for again and again. */
export interface NeighbourIndex {
  /** The neighbours of some of the rows themselves, which are not their own neighbours. */
  ofRows(rows: ArrayLike<number>, k: number): Neighbours;
  /** The neighbours of other rows. */
  of(queries: Matrix, k: number): Neighbours;
}

export interface NeighbourContext {
  /** The result never depends on it. */
  readonly threads?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: { readonly aborted: boolean };
}

/** A call of the kernel takes some milliseconds, so that work can be cancelled between two. */
const QUERIES_A_CALL = 1024;
/** What a call's results may take: with a very large k a call has fewer queries. */
const RESULTS_A_CALL = 2 ** 20;
/** Directions that the rotation brings to the front. */
const DIRECTIONS = 24;
const WIDEST_ROTATED = 1024;
const ROWS_A_COLUMN = 4;

/**
 * Exact Euclidean neighbours, as brute force finds them in f64 on rows rounded to f32. `mostNeighbours` is the largest k
 * that will be asked for.
 */
export function indexRows(rows: Matrix, mostNeighbours: number, context: NeighbourContext = {}): NeighbourIndex {
  const team = teamOf(context.threads ?? defaultThreads());
  const queries = Math.max(1, Math.min(QUERIES_A_CALL, Math.floor(RESULTS_A_CALL / mostNeighbours)));
  const memory = openNeighbourMemory({
    rows: rows.rows,
    columns: rows.columns,
    reflectors: directionsOf(rows),
    threads: team.threads,
    queries,
    neighbours: mostNeighbours,
  });
  memory.given.set(rows.values);
  const search = { rows, memory, team, queries, context };
  arrange(search);
  return {
    ofRows: (some, k) => neighboursOfRows(search, some, requireEnough(k, mostNeighbours, rows.rows - 1)),
    of: (other, k) => neighboursOf(search, other, requireEnough(k, mostNeighbours, rows.rows)),
  };
}

interface Search {
  readonly rows: Matrix;
  readonly memory: NeighbourMemory;
  readonly team: Team;
  readonly queries: number;
  readonly context: NeighbourContext;
}

/** To look for directions is only worth it where rows are many. */
function directionsOf({ rows, columns }: Matrix): number {
  const worth = columns <= WIDEST_ROTATED && rows >= columns * ROWS_A_COLUMN && rows > LEAF * 4;
  return worth ? Math.min(columns, DIRECTIONS) : 0;
}

/** Brings the rows into the order of the tree. */
function arrange({ memory, team }: Search): void {
  const { program, record, levels } = memory;
  measure(memory);
  for (let row = 0; row < memory.order.length; row++) memory.order[row] = row;
  const share = (name: string) => team.run(program, name, (thread) => [record, thread, team.threads]);
  share("rotateRows");
  split(memory, team, levels * 2);
  share("placePoints");
  share("joinNodes");
  share("gatherRows");
}

/** Level by level where nodes are fewer than threads would need, then each thread takes whole nodes. */
function split({ program, record, counter }: NeighbourMemory, team: Team, top: number): void {
  const wholeFrom = Math.max(0, top - 4);
  for (let level = top; level >= wholeFrom; level--) {
    counter[0] = 0;
    team.run(program, level === wholeFrom ? "splitBelow" : "splitLevel", (thread) => [record, thread, level]);
  }
}

/** Centre, rotation and scale; a value that is not finite is refused. */
function measure(memory: NeighbourMemory): void {
  const { given, centre, reflectors, measures } = memory;
  const sample = sampleOf(given, centre);
  const count = reflectors.length / centre.length;
  if (count > 0) reflectors.set(principalReflections(sample, count, seededRandom(1)));
  const { farthest, greatest } = extremes(given, centre);
  // A power of two, so that scaling loses nothing: all rotated points then lie within 1 of the centre.
  const scale = 2 ** -Math.ceil(Math.log2(farthest * Math.sqrt(centre.length) || 1));
  measures.set([scale, greatest * scale * 2 ** -40 + 2 ** -100]);
}

/** Rows in even steps, less their mean, which becomes the centre. */
function sampleOf(given: Float32Array, centre: Float64Array): CentredRows {
  const columns = centre.length;
  const rows = given.length / columns;
  const wanted = Math.min(rows, 2000, Math.max(100, Math.floor(1e8 / columns ** 2)));
  const values = new Float64Array(wanted * columns);
  for (let index = 0; index < wanted; index++) {
    const row = Math.floor((index * rows) / wanted);
    values.set(given.subarray(row * columns, (row + 1) * columns), index * columns);
  }
  values.forEach((value, index) => (centre[index % columns]! += value / wanted));
  return { rows: wanted, columns, values: values.map((value, index) => value - centre[index % columns]!) };
}

/** The largest distance from the centre in any column, and the largest value. */
function extremes(given: Float32Array, centre: Float64Array): { farthest: number; greatest: number } {
  let [farthest, greatest, zeros] = [0, 0, 0];
  for (let at = 0, column = 0; at < given.length; at++, column = column + 1 === centre.length ? 0 : column + 1) {
    const value = given[at]!;
    zeros += value * 0;
    farthest = Math.max(farthest, Math.abs(value - centre[column]!));
    greatest = Math.max(greatest, Math.abs(value));
  }
  if (zeros === 0) return { farthest, greatest };
  throw notFinite(given, centre.length);
}

function notFinite(values: ArrayLike<number>, columns: number): ProblemError {
  const at = Array.prototype.findIndex.call(values, (value: number) => !Number.isFinite(value));
  return new ProblemError({
    code: "NEIGHBOURS_NOT_FINITE",
    where: `row ${Math.floor(at / columns)}, column ${at % columns}`,
    message: `the value ${values[at]} has no distance to others.`,
    remedy: "Fill in missing values, and clip those beyond the range of 32-bit floats.",
  });
}

function requireEnough(k: number, most: number, others: number): number {
  if (Number.isInteger(k) && k >= 1 && k <= Math.min(most, others)) return k;
  throw new ProblemError({
    code: "NEIGHBOURS_TOO_MANY",
    message: `${k} neighbours were asked for, and there are ${others} rows to choose from (at most ${most} were announced).`,
    remedy: "Ask for a whole number of at least 1 and at most that.",
  });
}

/** The queries are answered in the order of the tree: one near the other finds what it needs in the cache. */
function neighboursOfRows(search: Search, rows: ArrayLike<number>, k: number): Neighbours {
  const { memory, queries } = search;
  const places = placesOf(memory.order);
  const byPlace = orderedByPlace(rows, places);
  const answers = emptyAnswers(rows.length, k);
  for (let first = 0; first < rows.length; first += queries) {
    const asked = byPlace.subarray(first, first + queries);
    asked.forEach((index, query) => (memory.queryPlaces[query] = places[rows[index]!]!));
    answer(search, asked.length, k, true);
    asked.forEach((index, query) => takeAnswer(memory, answers, query, index));
    search.context.onProgress?.(first + asked.length, rows.length);
  }
  return answers;
}

function orderedByPlace(rows: ArrayLike<number>, places: Uint32Array): Int32Array {
  const keys = new Float64Array(rows.length);
  for (let index = 0; index < rows.length; index++) keys[index] = places[rows[index]!]! * rows.length + index;
  keys.sort();
  const ordered = new Int32Array(rows.length);
  for (let at = 0; at < keys.length; at++) ordered[at] = keys[at]! % rows.length;
  return ordered;
}

function neighboursOf(search: Search, matrix: Matrix, k: number): Neighbours {
  const { memory, queries, rows } = search;
  requireSameColumns(matrix, rows);
  const answers = emptyAnswers(matrix.rows, k);
  for (let first = 0; first < matrix.rows; first += queries) {
    const count = Math.min(queries, matrix.rows - first);
    const values = matrix.values.subarray(first * rows.columns, (first + count) * rows.columns);
    memory.queryRows.set(values);
    const taken = memory.queryRows.subarray(0, values.length);
    if (!taken.every(Number.isFinite)) throw notFinite(taken, rows.columns);
    answer(search, count, k, false);
    for (let query = 0; query < count; query++) takeAnswer(memory, answers, query, first + query);
    search.context.onProgress?.(first + count, matrix.rows);
  }
  return answers;
}

function requireSameColumns(matrix: Matrix, { columns }: Matrix): void {
  if (matrix.columns === columns) return;
  throw new ProblemError({
    code: "MATRIX_WIDTH_WRONG",
    message: `neighbours are sought among rows of ${columns} columns, and the queries have ${matrix.columns}.`,
    remedy: "Give queries of the same columns.",
  });
}

const emptyAnswers = (queries: number, k: number): Neighbours => ({
  k,
  ids: new Int32Array(queries * k),
  distances: new Float64Array(queries * k),
});

function placesOf(order: Uint32Array): Uint32Array {
  const places = new Uint32Array(order.length);
  for (let place = 0; place < order.length; place++) places[order[place]!] = place;
  return places;
}

function answer({ memory, team, context }: Search, count: number, k: number, ownRows: boolean): void {
  refuseCancelled(context.signal, "the search for neighbours");
  const { program, record, queryPlaces, queryRows, distances, found, counter } = memory;
  counter[0] = 0;
  const places = ownRows ? queryPlaces.byteOffset : 0;
  const tail = [places, queryRows.byteOffset, count, k, distances.byteOffset, found.byteOffset];
  team.run(program, "nearest", (thread) => [record, thread, ...tail]);
}

function takeAnswer({ distances, found }: NeighbourMemory, answers: Neighbours, query: number, index: number): void {
  const { k } = answers;
  for (let rank = 0; rank < k; rank++) {
    answers.ids[index * k + rank] = found[query * k + rank]!;
    answers.distances[index * k + rank] = Math.sqrt(distances[query * k + rank]!);
  }
}
