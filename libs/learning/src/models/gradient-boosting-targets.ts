import { ProblemError } from "@millrace/contracts";
import type { TrainingData } from "./family.js";
import type { Objective } from "./gradient-boosting-parameters.js";

export type Labels = Int32Array | Float64Array;

/** What a loss starts from: the labels as the kernel takes them, and the one score for all rows that has the least loss. */
export interface Target {
  readonly labels: Labels;
  /** What scores begin with in the kernel, one a score. */
  readonly begin: readonly number[];
  /** What they begin with in the model: labels of a regression are taken from their middle, so that float32 holds them. */
  readonly init: readonly number[];
}

/** `weights` are 0 for rows that are not learned from. */
export function targetOf(
  objective: Objective,
  { y, classes }: TrainingData,
  weights: Float64Array | undefined,
  quantile: number,
): Target {
  if (objective === "logistic") return classTarget(y, logOdds(shares(y, 2, weights)[1]!));
  if (objective === "softmax") return classTarget(y, ...shares(y, classes, weights).map(Math.log));
  const labels = Float64Array.from(y);
  const middle = middleOf(objective, labels, weights, quantile);
  return { labels: inFloat32(labels.map((label) => label - middle)), begin: [0], init: [middle] };
}

const MOST_LABEL = 1e37;

/** The kernel takes labels as float32, and adds to them. */
function inFloat32(labels: Float64Array): Float64Array {
  const row = labels.findIndex((label) => !(Math.abs(label) <= MOST_LABEL));
  if (row < 0) return labels;
  throw new ProblemError({
    code: "MODEL_LABELS_WRONG",
    where: "gradient-boosting",
    message: `the target of row ${row + 1} is further than ${MOST_LABEL} from the others' middle.`,
    remedy: "Divide the target by a large number, or leave the row out.",
  });
}

function classTarget(labels: Labels, ...scores: readonly number[]): Target {
  const begin = scores.map(Math.fround);
  return { labels, begin, init: begin };
}

const LEAST_SHARE = 1e-9;

/** The share of the weight that each class has; one without rows has a little, for its logarithm is taken. */
function shares(labels: Labels, classes: number, weights: Float64Array | undefined): number[] {
  const sums = new Float64Array(classes);
  labels.forEach((label, row) => (sums[label]! += weights?.[row] ?? 1));
  const all = sums.reduce((total, sum) => total + sum, 0);
  return [...sums].map((sum) => Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, sum / all)));
}

const logOdds = (share: number): number => Math.log(share / (1 - share));

function middleOf(objective: Objective, labels: Float64Array, weights: Float64Array | undefined, quantile: number) {
  if (objective === "squared") return meanOf(labels, weights);
  return weightedQuantile(labels, weights, objective === "absolute" ? 0.5 : quantile);
}

function meanOf(labels: Float64Array, weights: Float64Array | undefined): number {
  let [sum, all] = [0, 0];
  labels.forEach((label, row) => {
    sum += label * (weights?.[row] ?? 1);
    all += weights?.[row] ?? 1;
  });
  return sum / all;
}

/** Between the two labels next to the quantile's rank, as numpy has it; a row of weight 2 is two rows. */
function weightedQuantile(labels: Float64Array, weights: Float64Array | undefined, share: number): number {
  const weightOf = (row: number) => weights?.[row] ?? 1;
  const rows = Float64Array.from(labels.keys())
    .filter((row) => weightOf(row) > 0)
    .sort((a, b) => labels[a]! - labels[b]!);
  const all = rows.reduce((sum, row) => sum + weightOf(row), 0);
  const one = Math.min(1, all / rows.length);
  const rank = share * (all / one - 1);
  const labelAt = (reached: number) => {
    let sum = 0;
    return labels[rows.find((row) => (sum += weightOf(row)) > reached) ?? rows[rows.length - 1]!]!;
  };
  const [low, high] = [labelAt(Math.floor(rank) * one), labelAt((Math.floor(rank) + 1) * one)];
  return low + (rank - Math.floor(rank)) * (high - low);
}
