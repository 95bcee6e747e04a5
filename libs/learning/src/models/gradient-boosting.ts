import { refuseCancelled } from "../data/cancelled.js";
import { ProblemError } from "@millrace/contracts";
import { teamOf } from "@millrace/kernels";
import type { Random } from "../data/random.js";
import { planBins } from "../trees/bins.js";
import { compileTrees, predictTrees } from "../trees/score-trees.js";
import type { TreeModelState } from "../trees/tree-ensemble.js";
import type { Family, FitContext, Parameters, TrainingData } from "./family.js";
import {
  openBoosting,
  requireRoom,
  writeAllBins,
  writeRows,
  type BoostingMemory,
  type BoostingSize,
} from "./gradient-boosting-memory.js";
import {
  boostingParameters,
  boostingRules,
  objectiveOf,
  requireFitting,
  type BoostingParameters,
} from "./gradient-boosting-parameters.js";
import { targetOf } from "./gradient-boosting-targets.js";
import { joinTrees, readTree, type GrownTree } from "./gradient-boosting-trees.js";
import { stopperOf, validationLossOf, validationRowsOf } from "./gradient-boosting-validation.js";
import { defaultsOf } from "./parameters.js";
import { requireTrainable } from "./rows-and-classes.js";

export interface GradientBoostingState extends TreeModelState {
  readonly family: "gradient-boosting";
  readonly combine: "boosted";
  /** With early stopping: the mean loss of the validation rows after each round. */
  readonly validationLosses?: readonly number[];
}

const name = "gradient-boosting";

/** Gradient boosting of trees on histograms, grown leaf by leaf: what LightGBM does, with the same meaning of the parameters. */
export const gradientBoosting: Family<GradientBoostingState> = {
  name,
  tasks: ["classification", "regression"],
  defaults: defaultsOf(boostingRules),
  parameters: (given) => boostingParameters(name, given),
  fit,
  predict: predictTrees,
  compile: compileTrees,
};

function fit(data: TrainingData, given: Parameters, context: FitContext): GradientBoostingState {
  requireTrainable(data, { missing: "taken", categorical: "taken" });
  const parameters = given as unknown as BoostingParameters;
  requireFitting(parameters, data);
  const { x, classes } = data;
  const objective = objectiveOf(parameters, classes);
  const task = prepare(data, parameters, context);
  const trees = growTrees(task, context);
  const { losses } = task.stopper;
  return {
    ...{ family: name, version: 1, classes, columns: x.columns },
    trees: joinTrees(trees),
    combine: "boosted",
    init: task.init,
    link: objective === "logistic" ? "logistic" : objective === "softmax" ? "softmax" : "none",
    ...(losses.length > 0 && { validationLosses: losses }),
  };
}

/** Bins, labels and weights in the memory of a kernel, ready for the first tree. */
function prepare(
  data: TrainingData,
  parameters: BoostingParameters,
  { random, threads: wanted = 1, signal }: FitContext,
) {
  const { threads } = teamOf(wanted);
  const { x, classes, categorical = [] } = data;
  refuseCancelled(signal, name);
  const objective = objectiveOf(parameters, classes);
  const validation = validationRowsOf(parameters, data, random.fork("validation"));
  const weights = learningWeights(data, validation);
  const target = targetOf(objective, data, weights, parameters.quantile);
  const size: BoostingSize = {
    ...{ rows: x.rows, columns: x.columns, scores: target.begin.length, threads, leaves: parameters.leaves },
    ...{ weighted: weights !== undefined, objective },
  };
  requireRoom(size);
  const rows = weights && rowsWithWeight(weights);
  const plan = planBins(x, { categorical, maxBins: parameters.maxBins, threads, ...(rows && { rows }) });
  const coverScale = coverScaleOf(weights);
  const memory = openBoosting(size, plan, { ...parameters, coverScale, weightUnit: weightUnitOf(weights) });
  writeAllBins(memory, size, x, plan, teamOf(threads));
  writeRows(memory, size, target.labels, weights);
  memory.scores.forEach((scores, score) => scores.fill(target.begin[score]!));
  const { quantile } = parameters;
  const loss = validationLossOf(objective, validation, target.labels, data.weights, memory.scores, quantile);
  const stopper = stopperOf(parameters.earlyStopping);
  return { ...{ parameters, plan, coverScale, memory, loss, stopper, init: target.init }, validation, threads };
}

type Prepared = ReturnType<typeof prepare>;

/** 0 for rows that are not learned from; undefined where every row counts 1. */
function learningWeights({ x, weights }: TrainingData, validation: Int32Array): Float64Array | undefined {
  if (weights === undefined && validation.length === 0) return undefined;
  const learning = weights?.slice() ?? new Float64Array(x.rows).fill(1);
  for (const row of validation) learning[row] = 0;
  if (learning.some((weight) => weight > 0)) return learning;
  throw new ProblemError({
    code: "MODEL_NO_ROWS",
    where: `${name}.validationRows`,
    message: "all rows are for validation, none is left to learn from.",
    remedy: "Give fewer rows for validation.",
  });
}

const rowsWithWeight = (weights: Float64Array): Int32Array =>
  Int32Array.from(weights.keys()).filter((row) => weights[row]! > 0);

const sumOf = (weights: Float64Array): number => weights.reduce((sum, weight) => sum + weight, 0);

/** A power of two by which weights become whole numbers whose sum a float64 holds. */
const coverScaleOf = (weights: Float64Array | undefined): number =>
  weights === undefined ? 1 : 2 ** (51 - Math.ceil(Math.log2(sumOf(weights))));

/** 1 where weights are neither very small nor very large. */
const weightUnitOf = (weights: Float64Array | undefined): number =>
  weights === undefined ? 1 : 2 ** (8 * Math.round(Math.log2(sumOf(weights) / weights.length) / 8));

function growTrees(task: Prepared, { random, onProgress, signal }: FitContext): GrownTree[] {
  const { memory, parameters, stopper, validation } = task;
  const draw = drawingOf(task, random);
  const trees: GrownTree[] = [];
  for (let round = 0; round < parameters.rounds; round++) {
    const grown = growRound(task, draw, signal);
    const learnedNothing = grown.every(({ feature }) => feature.length === 1);
    if (learnedNothing && round > 0 && parameters.rowShare === 1 && parameters.columnShare === 1) break;
    trees.push(...grown);
    onProgress?.(round + 1, parameters.rounds);
    if (validation.length > 0 && stopper.isOver(task.loss())) break;
  }
  return validation.length > 0 ? trees.slice(0, stopper.bestRounds() * memory.scores.length) : trees;
}

/** One tree for each score, all from the scores that the round began with. */
function growRound(task: Prepared, draw: ReturnType<typeof drawingOf>, signal: FitContext["signal"]): GrownTree[] {
  const { memory, plan, coverScale, threads } = task;
  draw.rows();
  return memory.scores.map((_, score) => {
    refuseCancelled(signal, name);
    draw.columns();
    teamOf(threads).run(memory.program, "growTree", (thread) => [memory.settings, thread, score]);
    return readTree(memory, plan, coverScale);
  });
}

/** Which rows a round, and which columns a tree, may use. */
function drawingOf({ memory, parameters }: Prepared, random: Random) {
  const [rows, columns] = [random.fork("rows"), random.fork("columns")];
  const { rowShare, columnShare } = parameters;
  return {
    rows(): void {
      if (rowShare < 1) memory.sampleRows(rows.integer(2 ** 32), Math.floor(rowShare * (2 ** 32 - 1)));
    },
    columns(): void {
      drawColumns(memory, columnShare, columns);
    },
  };
}

function drawColumns({ used }: BoostingMemory, share: number, random: Random): void {
  if (share === 1) return void used.fill(1);
  const drawn = random.shuffle(Int32Array.from(used.keys()));
  used.fill(0);
  for (const column of drawn.subarray(0, Math.max(1, Math.round(share * drawn.length)))) used[column] = 1;
}
