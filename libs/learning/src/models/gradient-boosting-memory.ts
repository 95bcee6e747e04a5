import { ProblemError } from "@millrace/contracts";
import { newLayout, openProgram, type Layout, type Program, type Team } from "@millrace/kernels";
import type { Matrix } from "../data/matrix.js";
import { takeBins, writeBins, type BinPlaces, type BinPlan } from "../trees/bins.js";
import type { BoostingParameters, Objective } from "./gradient-boosting-parameters.js";
import type { Labels } from "./gradient-boosting-targets.js";

/** Of what size a task is. */
export interface BoostingSize {
  readonly rows: number;
  readonly columns: number;
  readonly scores: number;
  readonly threads: number;
  readonly leaves: number;
  readonly weighted: boolean;
  readonly objective: Objective;
}

const KERNEL = "boosting";
const MOST_BYTES = 65_535 * 65_536;
const SETTINGS_BYTES = 512;
const NUMBERS_AT = 256;
const NODE_COUNT_AT = 252;
/** As assembly/histogram.ts has them. */
const HISTOGRAM_COLUMN_BYTES = 2112;
/** Room for histograms of leaves, so that a wide matrix with many leaves stays within bounds. */
const POOL_BYTES = 256 * 2 ** 20;
/** Bins are kept in both orders up to here: questions about a column are quicker where its bins lie side by side. */
const TURNED_BYTES = 2 ** 29;
const LEAF_BYTES = 256;
const SORT_BYTES = 256 * 16 + 64;
const CANDIDATE_BYTES = 128;
const NODE_BYTES = 64;
const BLOCK_ROWS = 1024;
const OBJECTIVES: readonly Objective[] = ["logistic", "softmax", "squared", "absolute", "quantile"];

const renews = (objective: Objective): boolean => objective === "absolute" || objective === "quantile";

/** The addresses of everything that a task needs; those it does not need are 0. */
function placesOf(layout: Layout, size: BoostingSize) {
  const { rows, columns, scores, threads, leaves } = size;
  // Four rows are worked on at a time, so arrays by row end at a multiple of four.
  const padded = Math.ceil(rows / 4) * 4;
  const takeIf = (needed: boolean, bytes: number) => (needed ? layout.take(bytes) : 0);
  const histogram = columns * HISTOGRAM_COLUMN_BYTES;
  const poolSlots = Math.max(2, Math.min(leaves, Math.floor(POOL_BYTES / histogram)));
  const workspaceBytes = Math.ceil((leaves * LEAF_BYTES + poolSlots * 4 + SORT_BYTES) / 64) * 64;
  return {
    poolSlots,
    workspaceBytes,
    settings: layout.take(SETTINGS_BYTES),
    meetingPlace: layout.take(128),
    binPlaces: takeBins(layout, size, rows),
    turnedBins: takeIf(rows * columns <= TURNED_BYTES, rows * columns),
    binCounts: layout.take(columns * 4),
    used: layout.take(columns),
    monotone: layout.take(columns),
    labels: layout.take(padded * 4),
    weights: takeIf(size.weighted, padded * 4),
    scores: layout.take(padded * 4 * scores),
    norms: takeIf(size.objective === "softmax", padded * 4),
    gradients: layout.take(padded * 8),
    index: layout.take(padded * 4),
    spare: layout.take(padded * 4),
    pool: layout.take(poolSlots * histogram),
    partials: takeIf(threads > 1, threads * histogram),
    workspaces: layout.take(threads * workspaceBytes),
    candidates: layout.take(threads * 4 * CANDIDATE_BYTES),
    nodes: layout.take(2 * leaves * NODE_BYTES),
    blockSums: layout.take(Math.ceil(rows / BLOCK_ROWS) * 16),
    sortSpace: takeIf(renews(size.objective), padded * 8),
  };
}

/** What a task takes beside the matrix. */
export function boostingBytes(size: BoostingSize): number {
  const layout = newLayout();
  placesOf(layout, size);
  return layout.size;
}

/** Refuses a task that is more than the memory of a kernel can hold, before anything is allocated. */
export function requireRoom(size: BoostingSize): void {
  const bytes = boostingBytes(size);
  if (bytes <= MOST_BYTES) return;
  const gigabytes = (value: number) => (value / 2 ** 30).toFixed(1);
  const scores = size.scores > 1 ? ` and ${size.scores} classes` : "";
  throw new ProblemError({
    code: "TASK_TOO_LARGE",
    where: "gradient-boosting",
    message: `${size.rows} rows × ${size.columns} columns${scores} take ${gigabytes(bytes)} GiB, more than the ${gigabytes(MOST_BYTES)} GiB that there can be.`,
    remedy: "Train on a sample of the rows, or on fewer columns.",
  });
}

/** The nodes of the tree that was grown last, as words and as the float32 that some of them are. */
export interface NodeViews {
  readonly words: Int32Array;
  readonly floats: Float32Array;
}

/** The memory of a task, and the ways to it from JavaScript. */
export interface BoostingMemory {
  readonly program: Program;
  readonly settings: number;
  readonly binPlaces: BinPlaces;
  readonly scores: readonly Float32Array[];
  readonly used: Uint8Array;
  readonly nodes: NodeViews;
  nodeCount(): number;
  /** Which rows the next trees learn from: those whose hash with the seed is not above the limit. */
  sampleRows(seed: number, limit: number): void;
}

export interface Rules extends BoostingParameters {
  readonly coverScale: number;
  readonly weightUnit: number;
}

export function openBoosting(size: BoostingSize, plan: BinPlan, rules: Rules): BoostingMemory {
  const layout = newLayout();
  const places = placesOf(layout, size);
  const program = openProgram(KERNEL, layout.size);
  const { buffer } = program.memory;
  const words = new Uint32Array(buffer, places.settings, NUMBERS_AT / 4);
  const order = wordsOf(size, places, rules);
  words.set(Object.values(order));
  new Float64Array(buffer, places.settings + NUMBERS_AT, 12).set(numbersOf(rules));
  new Int32Array(buffer, places.binCounts, size.columns).set(plan.counts);
  new Int8Array(buffer, places.monotone, size.columns).set(rules.monotone);
  const padded = Math.ceil(size.rows / 4) * 4;
  return {
    program,
    settings: places.settings,
    binPlaces: places.binPlaces,
    scores: Array.from(
      { length: size.scores },
      (_, score) => new Float32Array(buffer, places.scores + score * padded * 4, size.rows),
    ),
    used: new Uint8Array(buffer, places.used, size.columns),
    nodes: {
      words: new Int32Array(buffer, places.nodes, (2 * size.leaves * NODE_BYTES) / 4),
      floats: new Float32Array(buffer, places.nodes, (2 * size.leaves * NODE_BYTES) / 4),
    },
    nodeCount: () => words[NODE_COUNT_AT / 4]!,
    sampleRows: (seed, limit) => {
      const at = Object.keys(order).indexOf("sampleSeed");
      words.set([seed, limit], at);
    },
  };
}

/** Writes the bins of all rows, in both orders where there is room. */
export function writeAllBins(memory: BoostingMemory, size: BoostingSize, x: Matrix, plan: BinPlan, team: Team): void {
  const { program, binPlaces } = memory;
  writeBins(x, plan, binPlaces, program, team);
  const { turnedBins } = placesOf(newLayout(), size);
  if (turnedBins === 0) return;
  const begin = (thread: number) => Math.floor((x.rows * thread) / team.threads);
  team.run(program, "turnBins", (thread) => {
    const { bins, stride } = binPlaces;
    return [begin(thread), begin(thread + 1), x.columns, bins, stride, turnedBins, x.rows];
  });
}

export function writeRows(
  { program }: BoostingMemory,
  size: BoostingSize,
  labels: Labels,
  weights: Float64Array | undefined,
): void {
  const places = placesOf(newLayout(), size);
  new Float32Array(program.memory.buffer, places.labels, size.rows).set(labels);
  if (weights) new Float32Array(program.memory.buffer, places.weights, size.rows).set(weights);
}

/** In the order in which assembly/boosting-settings.ts reads them. */
function wordsOf(size: BoostingSize, places: ReturnType<typeof placesOf>, rules: Rules) {
  const { bins, stride, categorical } = places.binPlaces;
  const turned = places.turnedBins > 0;
  const isMonotone = rules.monotone.some((direction) => direction !== 0);
  return {
    ...{ threads: size.threads, meetingPlace: places.meetingPlace, rows: size.rows, columns: size.columns },
    ...{ bins, stride, askedBins: turned ? places.turnedBins : bins },
    ...{ askedRowStep: turned ? 1 : stride, askedColumnStep: turned ? size.rows : 1 },
    ...{ binCounts: places.binCounts, categorical, used: places.used },
    monotone: isMonotone ? places.monotone : 0,
    ...{ labels: places.labels, weights: places.weights, scores: places.scores, scoreCount: size.scores },
    ...{ norms: places.norms, gradients: places.gradients, index: places.index, spare: places.spare },
    ...{ pool: places.pool, poolSlots: places.poolSlots, partials: places.partials },
    ...{ workspaces: places.workspaces, workspaceBytes: places.workspaceBytes, candidates: places.candidates },
    ...{ nodes: places.nodes, blockSums: places.blockSums, sortSpace: places.sortSpace },
    ...{ mostLeaves: size.leaves, maxDepth: rules.maxDepth, objective: OBJECTIVES.indexOf(size.objective) },
    ...{ mostCategories: rules.maxCategories, sampleSeed: 0, sampleLimit: 2 ** 32 - 1 },
  };
}

const numbersOf = (rules: Rules): number[] => [
  ...[rules.learningRate, rules.minRows, rules.minHessian, rules.minGain, rules.l1, rules.l2, rules.quantile],
  ...[rules.categorySmooth, rules.categoryL2, rules.categoryRows, rules.coverScale, rules.weightUnit],
];
