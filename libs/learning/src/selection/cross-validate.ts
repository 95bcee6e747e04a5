import { prepareFold, scoreFold } from "./fold-data.js";
import { plainFolds, splitsOf, stratifiedFolds } from "./folds.js";
import type { RowSplit } from "./rows.js";
import type { FoldResult, Trial, TrialContext } from "./trial.js";

export { takeCodes, takeTargets, weightsOf } from "./fold-data.js";

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
export const validateFold = (trial: Trial, fold: Int32Array | RowSplit, context: TrialContext = {}): FoldResult =>
  scoreFold(trial, prepareFold(trial, fold, context), context);

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
