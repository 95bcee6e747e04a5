import { ProblemError } from "@millrace/contracts";
import type { Numbers } from "../data/matrix.js";
import { weightsOf, type Weights } from "../metrics/measure.js";
import { rankingOf, type Ranking } from "../metrics/ranking.js";

/** What the threshold is to be best for. */
export type ThresholdGoal =
  | {
      readonly kind: "f-beta";
      /** How many times recall counts as much as precision; 1 by default. */ readonly beta?: number;
    }
  | { readonly kind: "balanced-accuracy" }
  /** The share of positives found less that of negatives found wrongly. */
  | { readonly kind: "youden" }
  | { readonly kind: "cost"; readonly false_negative: number; readonly false_positive: number }
  /** As many of the positives as possible with at least this precision. */
  | { readonly kind: "precision"; readonly at_least: number }
  /** As precise as possible with at least this recall. */
  | { readonly kind: "recall"; readonly at_least: number };

export interface Threshold {
  /** A row is predicted positive from this score on; between two scores where it can be. */
  readonly threshold: number;
  /** What the goal comes to: the F score, the recall, …; of a cost the mean of a row. */
  readonly value: number;
  readonly precision: number;
  readonly recall: number;
  readonly counts: CutCounts;
}

/** The weights of the rows, their counts where none are given. */
export interface CutCounts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

export interface ThresholdRows {
  readonly scores: Numbers;
  readonly isPositive: Uint8Array;
  readonly weights?: Weights;
}

/** The best of all thresholds that tell the rows apart differently, in one pass; of equal ones the highest. */
export function bestThreshold(rows: ThresholdRows, goal: ThresholdGoal): Threshold {
  requireGoal(goal);
  const ranking = rankingOf(rows.scores);
  const { cuts, positives, total } = cutsOf(rows, ranking);
  requireBoth(positives, total - positives);
  const judge = judges[goal.kind] as (counts: CutCounts, goal: ThresholdGoal) => number;
  let best: { start: number; counts: CutCounts; merit: number } | undefined;
  for (const cut of cuts) {
    const counts = countsOf(cut, positives, total);
    const merit = judge(counts, goal);
    if (merit > (best?.merit ?? -Infinity)) best = { start: cut.start, counts, merit };
  }
  if (best === undefined) throw unreachable(goal);
  const { counts, merit, start } = best;
  const threshold = thresholdAt(rows.scores, ranking, start);
  const value = goal.kind === "cost" ? -merit : merit;
  return { threshold, value, precision: precisionOf(counts), recall: recallOf(counts), counts };
}

/** Rows from a place in the ranking on are predicted positive. */
interface Cut {
  readonly start: number;
  readonly truePositives: number;
  readonly falsePositives: number;
}

/** From the highest score down: first no row at all, then a group of ties more each time. */
function cutsOf({ isPositive, weights, scores }: ThresholdRows, { order, ends }: Ranking) {
  const weight = weightsOf(weights, scores.length);
  let [truePositives, falsePositives] = [0, 0];
  const cuts: Cut[] = [{ start: order.length, truePositives, falsePositives }];
  for (let start = order.length - 1; start >= 0; start--) {
    const row = order[start]!;
    if (isPositive[row] === 1) truePositives += weight[row]!;
    else falsePositives += weight[row]!;
    if (start === 0 || ends[start - 1] === 1) cuts.push({ start, truePositives, falsePositives });
  }
  return { cuts, positives: truePositives, total: truePositives + falsePositives };
}

const countsOf = ({ truePositives, falsePositives }: Cut, positives: number, total: number): CutCounts => ({
  truePositives,
  falsePositives,
  falseNegatives: positives - truePositives,
  trueNegatives: total - positives - falsePositives,
});

const precisionOf = ({ truePositives, falsePositives }: CutCounts): number =>
  truePositives + falsePositives === 0 ? 0 : truePositives / (truePositives + falsePositives);
const recallOf = ({ truePositives, falseNegatives }: CutCounts): number =>
  truePositives / (truePositives + falseNegatives);
const specificityOf = ({ trueNegatives, falsePositives }: CutCounts): number =>
  trueNegatives / (trueNegatives + falsePositives);

/** 0.3 of ten rows is a little less than three of them in floating point. */
const ROUNDING = 1e-12;

type Judges = {
  readonly [Kind in ThresholdGoal["kind"]]: (counts: CutCounts, goal: Extract<ThresholdGoal, { kind: Kind }>) => number;
};

const judges: Judges = {
  "f-beta": ({ truePositives, falsePositives, falseNegatives }, { beta = 1 }) => {
    const hits = (1 + beta * beta) * truePositives;
    return hits === 0 ? 0 : hits / (hits + beta * beta * falseNegatives + falsePositives);
  },
  "balanced-accuracy": (counts) => (recallOf(counts) + specificityOf(counts)) / 2,
  youden: (counts) => recallOf(counts) + specificityOf(counts) - 1,
  cost: ({ truePositives, trueNegatives, falseNegatives, falsePositives }, { false_negative, false_positive }) =>
    -(falseNegatives * false_negative + falsePositives * false_positive) /
    (truePositives + trueNegatives + falseNegatives + falsePositives),
  precision: (counts, { at_least }) => (precisionOf(counts) >= at_least - ROUNDING ? recallOf(counts) : -Infinity),
  recall: (counts, { at_least }) => (recallOf(counts) >= at_least - ROUNDING ? precisionOf(counts) : -Infinity),
};

/** Halfway to the next lower score, so that rounding does not move a row over it; the lowest score itself at the end. */
function thresholdAt(scores: Numbers, { order }: Ranking, start: number): number {
  const lower = start === 0 ? undefined : scores[order[start - 1]!]!;
  if (start === order.length) return aboveAll(lower!);
  const score = scores[order[start]!]!;
  const middle = lower === undefined ? score : lower + (score - lower) / 2;
  return lower !== undefined && middle > lower ? middle : score;
}

/** No row reaches it: between the highest score and 1 where there is room. */
const aboveAll = (highest: number): number =>
  highest < 1 ? highest + (1 - highest) / 2 : highest + Math.abs(highest) * 2 ** -52;

function requireGoal(goal: ThresholdGoal): void {
  const wrong = numbersOf(goal).find(({ value, most }) => !(value >= 0 && value <= most && value < Infinity));
  if (wrong === undefined) return;
  throw new ProblemError({
    code: "THRESHOLD_GOAL_INVALID",
    where: wrong.where,
    message: `${wrong.value} is not a number from 0${wrong.most === 1 ? " to 1" : ""}.`,
    remedy: "Correct the goal of the threshold.",
  });
}

function numbersOf(goal: ThresholdGoal): { where: string; value: number; most: number }[] {
  switch (goal.kind) {
    case "f-beta":
      return [{ where: "beta", value: goal.beta ?? 1, most: Infinity }];
    case "cost":
      return (["false_negative", "false_positive"] as const).map((name) => ({
        ...{ where: `cost.${name}`, value: goal[name], most: Infinity },
      }));
    case "precision":
    case "recall":
      return [{ where: "at_least", value: goal.at_least, most: 1 }];
    default:
      return [];
  }
}

function requireBoth(positives: number, negatives: number): void {
  if (positives > 0 && negatives > 0) return;
  throw new ProblemError({
    code: "THRESHOLD_UNDEFINED",
    message: `there are no ${positives > 0 ? "negative" : "positive"} rows to choose a threshold by.`,
    remedy: "Choose it on rows of both classes, as the out-of-fold predictions of training.",
  });
}

const unreachable = (goal: ThresholdGoal): ProblemError =>
  new ProblemError({
    code: "THRESHOLD_UNREACHABLE",
    where: goal.kind,
    message: `no threshold gives a ${goal.kind} of at least ${"at_least" in goal ? goal.at_least : ""} on these rows.`,
    remedy: "Ask for less, or find a model that tells the classes apart better.",
  });
