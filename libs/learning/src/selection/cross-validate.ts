import { ProblemError, type Table } from "@millrace/contracts";
import { seededRandom } from "../data/random.js";
import { takeRows } from "../data/take-rows.js";
import { evaluateProbabilities } from "../metrics/metrics.js";
import { evaluateValues } from "../metrics/value-metrics.js";
import { familyNamed } from "../models/families.js";
import type { FitContext, TrainingData } from "../models/family.js";
import { applyPreprocessor } from "../preprocessing/apply-preprocessor.js";
import { categoricalOutputs } from "../preprocessing/chain-outputs.js";
import { fitAndApplyPreprocessor } from "../preprocessing/fit-and-apply.js";
import type { PreprocessStep } from "../preprocessing/preprocessor-state.js";
import { plainFolds, splitsOf, stratifiedFolds } from "./folds.js";
import type { RowSplit } from "./rows.js";

/** A model with its preprocessing, to be tried on some rows. */
export interface Trial {
  readonly table: Table;
  /** Class codes, one a row; or the values of a regression, which has no classes. */
  readonly y: Int32Array | Float64Array;
  readonly classes: readonly string[];
  readonly positive?: string;
  readonly threshold?: number;
  /** How much each row counts, in learning and in the metrics. */
  readonly weights?: Float64Array;
  readonly family: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly preprocess: readonly PreprocessStep[];
  readonly features: readonly string[];
  /** Changes the rows that a fold learns from, after preprocessing; the rows that it is tested on stay as they are. */
  readonly resample?: Resample;
  readonly seed: number;
}

export type Resample = (data: TrainingData, context: FitContext) => Pick<TrainingData, "x" | "y" | "weights">;

export type TrialContext = Omit<FitContext, "random">;

export interface FoldResult {
  readonly rows: Int32Array;
  /** rows × classes; of a regression the predicted values. */
  readonly probabilities: Float64Array;
  readonly metrics: Record<string, number>;
}

export interface CrossValidation {
  readonly folds: readonly FoldResult[];
  readonly mean: Record<string, number>;
  /** Of the sample (divided by folds − 1). */
  readonly deviation: Record<string, number>;
  /** rows × classes, each row predicted by models that have not seen it (the mean of several); NaN where none did. */
  readonly outOfFold: Float64Array;
}

export type Folds = number | readonly (Int32Array | RowSplit)[];

/** Fits and scores on each fold; `folds` are the test rows of each, or splits, or how many folds to deal. */
export function crossValidate(trial: Trial & { folds: Folds }, context: TrialContext = {}): CrossValidation {
  const splits = foldsOf(trial, trial.folds);
  const results = splits.map((split, fold) => validateFold(trial, split, foldContext(context, fold, splits.length)));
  return {
    folds: results,
    ...summary(results.map(({ metrics }) => metrics)),
    outOfFold: gather(results, trial.y.length, outputsOf(trial)),
  };
}

/** Dealt where only their number is given: by class, or plainly for a regression. */
export function foldsOf({ y, classes, seed }: Pick<Trial, "y" | "classes" | "seed">, folds: Folds): RowSplit[] {
  if (typeof folds !== "number") return splitsOf(folds, y.length);
  const dealt =
    classes.length === 0
      ? plainFolds({ rows: y.length, folds, seed })
      : stratifiedFolds({ codes: y as Int32Array, classes, folds, seed });
  return splitsOf(dealt, y.length);
}

export function foldContext({ onProgress, ...context }: TrialContext, fold: number, folds: number): TrialContext {
  return { ...context, onProgress: onProgress && ((done, total) => onProgress(fold + done / (total || 1), folds)) };
}

const outputsOf = ({ classes }: Pick<Trial, "classes">): number => Math.max(1, classes.length);

/** One fold of it: preprocessor, resampling and model learn from its training rows alone. */
export function validateFold(trial: Trial, fold: Int32Array | RowSplit, context: TrialContext = {}): FoldResult {
  const { table, classes, preprocess, features, seed } = trial;
  const { train, test } = splitsOf([fold], table.rows)[0]!;
  refuseEmpty(train, test);
  const seen = takeRows(table, train);
  const y = takeTargets(trial, train);
  const target = classes.length === 0 ? { values: y } : { codes: y, classes };
  const { state, matrix } = fitAndApplyPreprocessor(seen, preprocess, { features, target, seed });
  const categorical = categoricalOutputs(state);
  const predict = learn(
    trial,
    { ...{ x: matrix, y, classes: classes.length, categorical }, ...weightsOf(trial, train) },
    context,
  );
  const probabilities = predict(applyPreprocessor(state, takeRows(table, test)));
  return { rows: test, probabilities, metrics: measured(trial, test, probabilities) };
}

function learn(trial: Trial, data: TrainingData, context: TrialContext) {
  const family = familyNamed(trial.family);
  const random = seededRandom(trial.seed);
  const resampled = trial.resample?.(data, { ...context, random: random.fork("resample") });
  const { classes, categorical } = data;
  const model = family.fit(
    resampled ? { x: resampled.x, y: resampled.y, weights: resampled.weights, classes, categorical } : data,
    family.parameters(trial.params ?? {}),
    { ...context, random: random.fork("model") },
  );
  return (x: TrainingData["x"]) => family.predict(model, x);
}

function measured(trial: Trial, test: Int32Array, outputs: Float64Array): Record<string, number> {
  const { classes, positive, threshold } = trial;
  const y = takeTargets(trial, test);
  const weights = weightsOf(trial, test);
  if (classes.length === 0) return evaluateValues({ actual: y as Float64Array, predicted: outputs, ...weights });
  return evaluateProbabilities({
    ...{ labels: y as Int32Array, probabilities: outputs, classes, positive, threshold },
    ...weights,
  });
}

export const weightsOf = ({ weights }: Pick<Trial, "weights">, rows: Int32Array): { weights?: Float64Array } =>
  weights === undefined ? {} : { weights: Float64Array.from(rows, (row) => weights[row]!) };

export const takeTargets = (
  { y, classes }: Pick<Trial, "y" | "classes">,
  rows: Int32Array,
): Int32Array | Float64Array =>
  classes.length === 0 ? Float64Array.from(rows, (row) => y[row]!) : takeCodes(y as Int32Array, rows);

export const takeCodes = (codes: Int32Array, rows: Int32Array): Int32Array => rows.map((row) => codes[row]!);

function refuseEmpty(train: Int32Array, test: Int32Array): void {
  if (train.length > 0 && test.length > 0) return;
  throw new ProblemError({
    code: "FOLD_EMPTY",
    message: `a fold has ${train.length} rows to learn from and ${test.length} to be tested on.`,
    remedy: "Give each fold rows for both.",
  });
}

/** A metric counts where every fold has it. */
export function summary(folds: readonly Record<string, number>[]): Pick<CrossValidation, "mean" | "deviation"> {
  const names = Object.keys(folds[0] ?? {}).filter((name) => folds.every((fold) => fold[name] !== undefined));
  const mean: Record<string, number> = {};
  const deviation: Record<string, number> = {};
  for (const name of names) {
    const values = folds.map((fold) => fold[name]!);
    mean[name] = values.reduce((sum, value) => sum + value, 0) / values.length;
    deviation[name] = Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean[name]!) ** 2, 0) / (values.length - 1),
    );
  }
  return { mean, deviation };
}

export function gather(folds: readonly FoldResult[], rows: number, outputs: number): Float64Array {
  const sums = new Float64Array(rows * outputs);
  const times = new Float64Array(rows);
  for (const fold of folds) {
    fold.rows.forEach((row, index) => {
      times[row]! += 1;
      for (let output = 0; output < outputs; output++)
        sums[row * outputs + output]! += fold.probabilities[index * outputs + output]!;
    });
  }
  return sums.map((sum, index) => sum / times[Math.floor(index / outputs)]!);
}
