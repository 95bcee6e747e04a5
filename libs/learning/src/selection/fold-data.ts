import { ProblemError } from "@millrace/contracts";
import type { Matrix } from "../data/matrix.js";
import { seededRandom } from "../data/random.js";
import { takeRows } from "../data/take-rows.js";
import { evaluateProbabilities } from "../metrics/metrics.js";
import { evaluateValues } from "../metrics/value-metrics.js";
import { familyNamed } from "../models/families.js";
import type { TrainingData } from "../models/family.js";
import { applyPreprocessor } from "../preprocessing/apply-preprocessor.js";
import { categoricalOutputs } from "../preprocessing/chain-outputs.js";
import { fitAndApplyPreprocessor, type FittedMatrix } from "../preprocessing/fit-and-apply.js";
import type { FoldResult, Trial, TrialContext } from "./trial.js";
import { splitsOf } from "./folds.js";
import type { RowSplit } from "./rows.js";

/** What of a trial is done before any model is there. */
export type Preparation = Pick<
  Trial,
  "table" | "y" | "classes" | "weights" | "preprocess" | "features" | "resample" | "seed"
>;

/** What of it is done with the rows that were prepared. */
export type Judgement = Pick<Trial, "classes" | "positive" | "threshold" | "family" | "params" | "seed">;

/** One fold, ready for any model: plain data, without the table that it is of. */
export interface FoldData {
  /** Preprocessed and resampled. */
  readonly train: TrainingData;
  /** Preprocessed by what the training rows taught, and as many as there are. */
  readonly test: {
    readonly rows: Int32Array;
    readonly x: Matrix;
    readonly y: Int32Array | Float64Array;
    readonly weights?: Float64Array;
  };
}

export interface PreparedRows extends FittedMatrix {
  /** The rows to learn from: those of the matrix, or what resampling made of them. */
  readonly data: TrainingData;
}

/** Preprocesses all rows and resamples them: what a model is fitted on in the end. */
export function prepareTraining(trial: Preparation, context: TrialContext = {}): PreparedRows {
  const { table, y, classes, preprocess, features, seed, weights } = trial;
  const target = classes.length === 0 ? { values: y } : { codes: y as Int32Array, classes };
  const fitted = fitAndApplyPreprocessor(table, preprocess, { features, target, seed });
  const categorical = categoricalOutputs(fitted.state);
  const data = { x: fitted.matrix, y, classes: classes.length, categorical, ...(weights && { weights }) };
  return { ...fitted, data: resampledOf(trial, data, context) };
}

/** The same for one fold: preprocessor and resampling learn from its training rows alone. */
export function prepareFold(trial: Preparation, fold: Int32Array | RowSplit, context: TrialContext = {}): FoldData {
  const { train, test } = splitsOf([fold], trial.table.rows)[0]!;
  refuseEmpty(train, test);
  const seen = { table: takeRows(trial.table, train), y: takeTargets(trial, train), ...weightsOf(trial, train) };
  const { state, data } = prepareTraining({ ...trial, weights: undefined, ...seen }, context);
  const x = applyPreprocessor(state, takeRows(trial.table, test));
  return { train: data, test: { rows: test, x, y: takeTargets(trial, test), ...weightsOf(trial, test) } };
}

/** Fits one model on a prepared fold, and judges it by the rows that it has not seen. */
export function scoreFold(trial: Judgement, { train, test }: FoldData, context: TrialContext = {}): FoldResult {
  const family = familyNamed(trial.family);
  const random = seededRandom(trial.seed).fork("model");
  const model = family.fit(train, family.parameters(trial.params ?? {}), { ...context, random });
  const probabilities = family.predict(model, test.x);
  return { rows: test.rows, probabilities, metrics: measured(trial, test, probabilities) };
}

function resampledOf({ resample, seed }: Preparation, data: TrainingData, context: TrialContext): TrainingData {
  if (resample === undefined) return data;
  const { x, y, weights } = resample(data, { ...context, random: seededRandom(seed).fork("resample") });
  return { x, y, classes: data.classes, categorical: data.categorical, ...(weights && { weights }) };
}

function measured(trial: Judgement, { y, weights }: FoldData["test"], outputs: Float64Array): Record<string, number> {
  const { classes, positive, threshold } = trial;
  if (classes.length === 0) return evaluateValues({ actual: y as Float64Array, predicted: outputs, weights });
  const scored = { labels: y as Int32Array, probabilities: outputs, classes, positive, threshold };
  return evaluateProbabilities({ ...scored, ...(weights && { weights }) });
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
