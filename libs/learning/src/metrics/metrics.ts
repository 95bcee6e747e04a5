import { calibrationErrorMeasure } from "./calibration-error.js";
import { averagePrecisionMeasure } from "./average-precision.js";
import { brierMeasure } from "./brier.js";
import { cohenKappa } from "./cohen-kappa.js";
import { confusionMatrix, type ConfusionMatrix } from "./confusion-matrix.js";
import { logLossMeasure } from "./log-loss.js";
import { matthewsCorrelation } from "./matthews-correlation.js";
import { weightsOf, type Measure, type Weights } from "./measure.js";
import { columnOf, multiclassRocAucMeasure } from "./multiclass-roc-auc.js";
import { accuracy, balancedAccuracy, fBeta, precision, recall, type Average } from "./precision-recall.js";
import { positiveCode, predictedClasses } from "./predicted-classes.js";
import { rankingOf, type Ranking } from "./ranking.js";
import { rocAucMeasure } from "./roc-auc.js";
import { requireScored, type Scored } from "./scored.js";
import type { ValueMetricName } from "./value-metrics.js";

export { choose, positiveCode, predictedClasses } from "./predicted-classes.js";
export type { Scored } from "./scored.js";

export const metricNames = [
  "accuracy",
  "balanced_accuracy",
  "f1",
  "precision",
  "recall",
  "roc_auc",
  "pr_auc",
  "log_loss",
  "brier",
  "mcc",
  "kappa",
  "calibration_error",
] as const;
export type MetricName = (typeof metricNames)[number];

const moreIsBetter: readonly string[] = [
  ...["accuracy", "balanced_accuracy", "f1", "precision", "recall", "roc_auc", "pr_auc", "mcc", "kappa", "r2"],
];

/** Whether more is better. Of losses and errors less is. */
export const greaterIsBetter = (metric: MetricName | ValueMetricName): boolean => moreIsBetter.includes(metric);

export interface Evaluation {
  readonly values: Partial<Record<MetricName, number>>;
  /** Why the others have no value on these rows. */
  readonly omitted: Partial<Record<MetricName, string>>;
}

/** All metrics, as scikit-learn has them. A metric that is not defined (AUC where a class is missing) is left out. */
export const evaluateProbabilities = (scored: Scored): Record<string, number> =>
  evaluateWithReasons(scored).values as Record<string, number>;

/** The same, with the reasons for what is left out. */
export function evaluateWithReasons(scored: Scored): Evaluation {
  const { measures, matrixOf, about } = prepared(scored);
  const weights = weightsOf(scored.weights, scored.labels.length);
  const matrix = matrixOf(weights);
  const values: Partial<Record<MetricName, number>> = {};
  const omitted: Partial<Record<MetricName, string>> = {};
  for (const name of metricNames) {
    const value = isCounted(name) ? counted[name](matrix, about) : measures[name]()(weights);
    if (value === undefined) omitted[name] = reasonFor(name, scored, weights);
    else values[name] = value;
  }
  return { values, omitted };
}

/** One of the metrics as a function of the weights of the rows: for resamples of the same rows. */
export function measureOf(name: MetricName, scored: Scored): Measure {
  const { measures, matrixOf, about } = prepared(scored);
  return isCounted(name) ? (weights) => counted[name](matrixOf(weights), about) : measures[name]();
}

const isCounted = (name: MetricName): name is Counted => name in counted;

type Prepared = "roc_auc" | "pr_auc" | "log_loss" | "brier" | "calibration_error";
type Counted = Exclude<MetricName, Prepared>;

/** What the metrics of these rows have in common is worked out once, and only where it is asked for. */
function prepared(scored: Scored) {
  requireScored(scored);
  const positive = positiveCode(scored);
  const scores = { labels: scored.labels, probabilities: scored.probabilities, classes: scored.classes.length };
  const predicted = predictedClasses(scored);
  const against = rankedClass(scored);
  const measures: Record<Prepared, () => Measure> = {
    roc_auc: () =>
      positive === undefined
        ? multiclassRocAucMeasure(scores, "one-vs-rest", "macro", (code) => against(code)[1])
        : rocAucMeasure(...against(positive)),
    pr_auc: () =>
      positive === undefined
        ? meanOfAll(scored.classes.map((_, code) => averagePrecisionMeasure(...against(code))))
        : averagePrecisionMeasure(...against(positive)),
    log_loss: () => logLossMeasure(scores),
    brier: () => brierMeasure(scores),
    calibration_error: () => calibrationMeasure(scored, positive),
  };
  const matrixOf = (weights: Weights) => confusionMatrix(scored.labels, predicted, scores.classes, weights);
  return { measures, matrixOf, about: positive ?? ("macro" as const) };
}

/** The rows of a class against all others, sorted once by its probability. */
function rankedClass({ labels, probabilities, classes }: Scored) {
  const known = new Map<number, readonly [Uint8Array, Ranking]>();
  return (code: number) => {
    if (!known.has(code))
      known.set(code, [rowsOfClass(labels, code), rankingOf(columnOf(probabilities, classes.length, code))]);
    return known.get(code)!;
  };
}

/** 1 for each row of the class. */
export function rowsOfClass(labels: Int32Array, code: number): Uint8Array {
  const marks = new Uint8Array(labels.length);
  for (let row = 0; row < marks.length; row++) marks[row] = labels[row] === code ? 1 : 0;
  return marks;
}

type FromCounts = (matrix: ConfusionMatrix, about: Average) => number | undefined;

const counted: Readonly<Record<Counted, FromCounts>> = {
  accuracy,
  balanced_accuracy: balancedAccuracy,
  f1: (matrix, about) => fBeta(matrix, about),
  precision,
  recall,
  mcc: matthewsCorrelation,
  kappa: cohenKappa,
};

/** With two classes of the probability of the positive one, otherwise of that of the likeliest; ten bins of one width. */
function calibrationMeasure({ labels, probabilities, classes }: Scored, positive: number | undefined): Measure {
  const told = positive === undefined ? predictedClasses({ probabilities, classes }) : undefined;
  const predicted = new Float64Array(labels.length);
  const happened = new Uint8Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    const code = told === undefined ? positive! : told[row]!;
    predicted[row] = probabilities[row * classes.length + code]!;
    happened[row] = labels[row] === code ? 1 : 0;
  }
  return calibrationErrorMeasure({ predicted, happened });
}

const meanOfAll =
  (measures: readonly Measure[]): Measure =>
  (weights) => {
    let sum = 0;
    for (const measure of measures) sum += measure(weights) ?? NaN;
    return Number.isNaN(sum) ? undefined : sum / measures.length;
  };

function reasonFor(name: MetricName, { labels, classes }: Scored, weights: Weights): string {
  if (name === "kappa") return "every row is of one class and predicted as that.";
  const there = new Set(labels.filter((_, row) => weights[row]! > 0));
  const absent = classes.filter((_, code) => !there.has(code));
  return `no row is of the class ${absent.join(", ")}, and it needs rows of each.`;
}
