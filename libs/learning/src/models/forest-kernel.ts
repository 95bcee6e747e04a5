import { newLayout, openProgram, teamOf, type Program } from "@millrace/kernels";
import type { Matrix } from "../data/matrix.js";
import { writeBins, type BinPlan } from "../trees/bins.js";
import { cellBytesOf, outputsOfSize, placesOf, type ForestPlaces, type ForestSize } from "./forest-memory.js";
import type { ForestRows } from "./forest-rows.js";

/** What the growth of trees is told beside the rows. */
export interface GrowthRules {
  readonly columnsPerSplit: number;
  readonly maxDepth: number;
  readonly minRows: number;
  readonly bootstrap: boolean;
  readonly draws: number;
  readonly randomCuts: boolean;
  /** 64 bits a tree. */
  readonly seeds: Uint32Array;
}

/** A forest that grows in a kernel's memory. */
export interface ForestKernel {
  readonly program: Program;
  readonly places: ForestPlaces;
  readonly size: ForestSize;
  readonly rows: ForestRows;
  readonly rules: GrowthRules;
  /** Grows trees from `first` on, up to `last` if there is room for all; says how many trees there are then. */
  grow(first: number, last: number): number;
  /** The numbers that say where a tree's nodes are. */
  placeOf(tree: number): Uint32Array;
}

const KERNEL = "forest";
const NUMBERS_AT = 128;
const DIRECTORY_WORDS = 8;
const NO_LIMIT = 2 ** 31 - 1;
/** The ways in which rows come to a tree, as assembly/forest-task.ts has them. */
const [EACH_ROW, BOOTSTRAP, WITHOUT_REPLACEMENT] = [0, 1, 2];
const [BINARY, REGRESSION, CLASSES] = [0, 1, 2];

export function openForest(
  x: Matrix,
  plan: BinPlan,
  size: ForestSize,
  rows: ForestRows,
  rules: GrowthRules,
): ForestKernel {
  const layout = newLayout();
  const places = placesOf(layout, size);
  const program = openProgram(KERNEL, layout.size);
  const { buffer } = program.memory;
  writeRows(buffer, places, plan, rows, rules.seeds);
  const words = new Uint32Array(buffer, places.task, NUMBERS_AT / 4);
  const order = wordsOf(size, places, rows, rules);
  words.set(Object.values(order));
  new Float64Array(buffer, places.task + NUMBERS_AT, 6).set(numbersOf(size, rows, rules));
  for (const room of places.rooms) new Uint32Array(buffer, room.room, 32).set(roomWords(room, size));
  const team = teamOf(size.threads);
  writeBins(x, plan, places.bins, program, team);
  team.run(program, "turnBins", (thread) => {
    const columns = [thread, thread + 1].map((share) => Math.floor((size.columns * share) / team.threads));
    return [places.task, places.rooms[thread]!.room, ...columns];
  });

  const counter = new Int32Array(buffer, places.counter, 1);
  const lastTree = Object.keys(order).indexOf("lastTree");
  function grow(first: number, last: number): number {
    counter[0] = first;
    words[lastTree] = last;
    team.run(program, "growTrees", (thread) => [places.task, places.rooms[thread]!.room]);
    return Math.min(counter[0]!, last);
  }
  const placeOf = (tree: number) =>
    new Uint32Array(buffer, places.directory + tree * DIRECTORY_WORDS * 4, DIRECTORY_WORDS);
  return { program, places, size, rows, rules, grow, placeOf };
}

function writeRows(
  buffer: SharedArrayBuffer,
  places: ForestPlaces,
  plan: BinPlan,
  { labels, targets, weights, aliases }: ForestRows,
  seeds: Uint32Array,
): void {
  new Int32Array(buffer, places.binCounts, plan.columns).set(plan.counts);
  new Uint8Array(buffer, places.labels, labels.length).set(labels);
  new Uint32Array(buffer, places.weights, weights.length).set(weights);
  new Uint32Array(buffer, places.seeds, seeds.length).set(seeds);
  if (places.targets > 0) new Float64Array(buffer, places.targets, targets.length).set(targets);
  if (aliases) new Uint32Array(buffer, places.aliases, aliases.length).set(aliases);
}

/** In the order in which assembly/forest-task.ts reads them. */
function wordsOf(size: ForestSize, places: ForestPlaces, rows: ForestRows, rules: GrowthRules) {
  const { bins, stride, bounds, categorical } = places.bins;
  const { labels, targets, weights, aliases, seeds, counter, directory, unseenSums } = places;
  const kind = size.classes === 0 ? REGRESSION : size.classes === 2 ? BINARY : CLASSES;
  const fewer = rules.draws < rows.weights.length ? WITHOUT_REPLACEMENT : EACH_ROW;
  return {
    ...{ rows: size.rows, columns: size.columns, bins, stride, bounds, categorical, binCounts: places.binCounts },
    ...{ kind, outputs: outputsOfSize(size), cellBytes: cellBytesOf(size), labels, targets, weights, aliases },
    ...{ sampling: rules.bootstrap ? BOOTSTRAP : fewer, draws: rules.draws, weighted: rows.weighted },
    ...{ seeds, counter, lastTree: 0, directory, columnsPerSplit: rules.columnsPerSplit },
    ...{ maxDepth: rules.maxDepth || NO_LIMIT, randomCuts: Number(rules.randomCuts), unseenSums },
    columnBins: places.columnBins,
  };
}

function numbersOf(size: ForestSize, rows: ForestRows, rules: GrowthRules): number[] {
  const { weightUnit, targetUnit, targetMiddle } = rows;
  const gain = size.classes === 0 ? targetUnit ** 2 : size.classes === 2 ? 2 : 1;
  return [leastWeightOf(rows, rules), ...[weightUnit, targetUnit, gain * weightUnit, targetMiddle, unseenUnitOf(size)]];
}

/** With a least weight of 1 any row is enough, however little it weighs. */
export const leastWeightOf = (
  { weightUnit }: Pick<ForestRows, "weightUnit">,
  { minRows }: { minRows: number },
): number => (minRows === 1 ? 1 : Math.max(1, minRows / weightUnit));

/** So that the sum over all trees stays below 2^31. */
const unseenUnitOf = ({ trees }: ForestSize): number => Math.floor((2 ** 31 - 1) / trees);

const roomWords = (room: ForestPlaces["rooms"][number], { mostLeaves }: ForestSize): number[] => [
  ...[room.entries, room.spare, room.cells, room.usedBins, room.sortKeys, room.stack, room.columnOrder],
  ...[...room.totals, room.leftBins, room.direction],
  ...[room.feature, room.threshold, room.left, room.flags, room.cover, room.gain, room.values, room.sets],
  ...[room.nodes, room.leaves, mostLeaves, room.usedBits],
];
