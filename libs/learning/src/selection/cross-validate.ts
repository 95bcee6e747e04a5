import type { Table } from "@millrace/contracts";
import { applyPreprocessor } from "../preprocessing/apply-preprocessor.js";
import { familyNamed } from "../models/families.js";
import { fitPreprocessor } from "../preprocessing/fit-preprocessor.js";
import { evaluateProbabilities } from "../metrics/metrics.js";
import type { PreprocessStep } from "../preprocessing/preprocessor-state.js";
import { seededRandom } from "../data/random.js";
import { otherRows, stratifiedFolds } from "./split-rows.js";
import { takeRows } from "../data/take-rows.js";

export interface Trial {
  readonly table: Table;
  /** Class codes, one a row. */
  readonly y: Int32Array;
  readonly classes: readonly string[];
  readonly positive?: string;
  readonly threshold?: number;
  readonly family: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly preprocess: readonly PreprocessStep[];
  readonly features: readonly string[];
  readonly seed: number;
}

export interface FoldResult {
  readonly rows: Int32Array;
  readonly probabilities: Float64Array;
  readonly metrics: Record<string, number>;
}

export interface CrossValidation {
  readonly folds: readonly FoldResult[];
  readonly mean: Record<string, number>;
  /** Of the sample (divided by folds − 1). */
  readonly deviation: Record<string, number>;
  /** rows × classes, each row predicted by the model that has not seen it. */
  readonly outOfFold: Float64Array;
}

/** Fits and scores on each fold; `folds` are the test rows of each, or how many to deal. */
export function crossValidate(trial: Trial & { folds: number | readonly Int32Array[] }): CrossValidation {
  const { y, classes, seed, folds } = trial;
  const rows = typeof folds === "number" ? stratifiedFolds({ codes: y, folds, seed }) : folds;
  const results = rows.map((test) => validateFold(trial, test));
  return {
    folds: results,
    ...summary(results.map(({ metrics }) => metrics)),
    outOfFold: gather(results, y.length, classes.length),
  };
}

/** One fold of it: preprocessor and model learn from the other rows alone. */
export function validateFold(trial: Trial, test: Int32Array): FoldResult {
  const { table, y, classes, positive, threshold, preprocess, features } = trial;
  const train = otherRows(table.rows, test);
  const seen = takeRows(table, train);
  const preprocessor = fitPreprocessor(seen, preprocess, { features });
  const family = familyNamed(trial.family);
  const x = applyPreprocessor(preprocessor, seen);
  const model = family.fit(
    { x, y: takeCodes(y, train), classes: classes.length },
    family.parameters(trial.params ?? {}),
    { random: seededRandom(trial.seed).fork("model") },
  );
  const probabilities = family.predict(model, applyPreprocessor(preprocessor, takeRows(table, test)));
  const metrics = evaluateProbabilities({ labels: takeCodes(y, test), probabilities, classes, positive, threshold });
  return { rows: test, probabilities, metrics };
}

export const takeCodes = (codes: Int32Array, rows: Int32Array): Int32Array => rows.map((row) => codes[row]!);

/** A metric counts where every fold has it. */
function summary(folds: readonly Record<string, number>[]): Pick<CrossValidation, "mean" | "deviation"> {
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

function gather(folds: readonly FoldResult[], rows: number, classes: number): Float64Array {
  const all = new Float64Array(rows * classes).fill(NaN);
  for (const fold of folds) {
    fold.rows.forEach((row, index) =>
      all.set(fold.probabilities.subarray(index * classes, (index + 1) * classes), row * classes),
    );
  }
  return all;
}
