import { ProblemError } from "@millrace/contracts";
import { confusionMatrix, precisionRecall } from "./confusion-matrix.js";
import { rocAuc } from "./roc-auc.js";

export const metricNames = [
  "accuracy",
  "balanced_accuracy",
  "f1",
  "precision",
  "recall",
  "roc_auc",
  "log_loss",
  "brier",
] as const;
export type MetricName = (typeof metricNames)[number];

/** Whether more is better. Of log_loss and brier less is. */
export const greaterIsBetter = (metric: MetricName): boolean => metric !== "log_loss" && metric !== "brier";

export interface Scored {
  /** Class codes. */
  readonly labels: Int32Array;
  /** rows × classes, row by row. */
  readonly probabilities: Float64Array;
  readonly classes: readonly string[];
  /** With two classes: the one that f1, precision and recall are about; the second by default. */
  readonly positive?: string;
  /** With two classes: from which probability on the positive one is predicted; 0.5 by default. */
  readonly threshold?: number;
}

/** All metrics, as scikit-learn has them. A metric that is not defined (AUC where a class is missing) is left out. */
export function evaluateProbabilities(scored: Scored): Record<string, number> {
  requireScored(scored);
  const positive = positiveCode(scored);
  const matrix = confusionMatrix(scored.labels, predictedClasses(scored), scored.classes.length);
  const measured: Record<MetricName, number | undefined> = {
    ...precisionRecall(matrix, positive),
    roc_auc: aucOf(scored, positive),
    log_loss: logLoss(scored),
    brier: brier(scored),
  };
  return Object.fromEntries(Object.entries(measured).filter(([, value]) => value !== undefined)) as Record<
    string,
    number
  >;
}

/** The predicted class of each row: by the threshold with two classes, otherwise the likeliest (the first of several). */
export function predictedClasses(scored: Omit<Scored, "labels">): Int32Array {
  const { probabilities, classes, threshold = 0.5 } = scored;
  const positive = positiveCode(scored);
  return Int32Array.from({ length: probabilities.length / classes.length }, (_, row) =>
    choose(probabilities.subarray(row * classes.length, (row + 1) * classes.length), positive, threshold),
  );
}

export function choose(probabilities: Float64Array, positive: number | undefined, threshold: number): number {
  if (positive !== undefined) return probabilities[positive]! >= threshold ? positive : 1 - positive;
  let best = 0;
  for (let code = 1; code < probabilities.length; code++) if (probabilities[code]! > probabilities[best]!) best = code;
  return best;
}

/** With two classes the code of the positive one. */
export function positiveCode({ classes, positive }: Pick<Scored, "classes" | "positive">): number | undefined {
  if (positive !== undefined && !classes.includes(positive)) {
    throw new ProblemError({
      code: "POSITIVE_CLASS_UNKNOWN",
      message: `${JSON.stringify(positive)} is none of the classes.`,
      remedy: `The classes are ${classes.join(", ")}.`,
    });
  }
  if (classes.length !== 2) return undefined;
  return positive === undefined ? 1 : classes.indexOf(positive);
}

function aucOf({ labels, probabilities, classes }: Scored, positive: number | undefined): number | undefined {
  const auc = (code: number) =>
    rocAuc(
      (row) => labels[row] === code,
      Float64Array.from(labels, (_, row) => probabilities[row * classes.length + code]!),
    );
  if (positive !== undefined) return auc(positive);
  const each = classes.map((_, code) => auc(code));
  return each.every((value) => value !== undefined)
    ? each.reduce((sum, value) => sum + value, 0) / each.length
    : undefined;
}

// scikit-learn keeps probabilities this far from 0 and 1.
const EPSILON = Number.EPSILON;

function logLoss({ labels, probabilities, classes }: Scored): number {
  let sum = 0;
  labels.forEach((code, row) => {
    const probability = probabilities[row * classes.length + code]!;
    sum -= Math.log(Math.min(Math.max(probability, EPSILON), 1 - EPSILON));
  });
  return sum / labels.length;
}

/** With two classes of the positive one, with more summed over the classes. */
function brier({ labels, probabilities, classes }: Scored): number {
  const sum = probabilities.reduce((total, probability, index) => {
    const row = Math.floor(index / classes.length);
    return total + (probability - (labels[row] === index % classes.length ? 1 : 0)) ** 2;
  }, 0);
  return sum / labels.length / (classes.length === 2 ? 2 : 1);
}

function requireScored({ labels, probabilities, classes }: Scored): void {
  const right = labels.length > 0 && probabilities.length === labels.length * classes.length;
  if (right && labels.every((code) => code >= 0 && code < classes.length)) return;
  throw new ProblemError({
    code: "SCORES_INVALID",
    message: `${labels.length} labels and ${probabilities.length} probabilities of ${classes.length} classes do not fit.`,
    remedy: "Give at least one row, a class code for each and a probability for each row and class.",
  });
}
