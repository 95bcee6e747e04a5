import { ProblemError } from "@millrace/contracts";
import { takeRows } from "../data/take-rows.js";
import {
  foldsOf,
  gather,
  summary,
  takeTargets,
  validateFold,
  weightsOf,
  type CrossValidation,
  type Folds,
} from "./cross-validate.js";
import type { FoldResult } from "./trial.js";
import type { RowSplit } from "./rows.js";
import type { SearchOptions, SearchSpec } from "./search.js";
import type { FinishedTrial } from "./search-strategy.js";
import { tune, type TuningTask } from "./tune.js";

export interface NestedFold extends FoldResult {
  /** What the search chose without the rows of this fold. */
  readonly chosen: FinishedTrial;
}

export interface NestedCrossValidation extends CrossValidation {
  readonly folds: readonly NestedFold[];
}

export interface NestedTask extends Omit<TuningTask, "folds"> {
  readonly outer: Folds;
  /** How the rows that are left are dealt, by their number in the table: groups and times have to be kept here too. */
  readonly inner: number | ((rows: Int32Array) => Folds);
}

/**
 * What a search is worth (Varma & Simon 2006): in each outer fold it chooses on the other rows alone, and what it chose is
 * scored on the fold. The best score of a search itself is too good, because it is the best of many.
 */
export function nestedCrossValidate(
  task: NestedTask,
  spec: Omit<SearchSpec, "greaterIsBetter" | "seed" | "finished">,
  options: SearchOptions & { threads?: number } = {},
): NestedCrossValidation {
  const splits = foldsOf(task, task.outer);
  const results = splits.map((split, fold) => outerFold(task, spec, split, partOf(options, fold, splits.length)));
  return {
    folds: results,
    ...summary(results.map(({ metrics }) => metrics)),
    outOfFold: gather(results, task.y.length, Math.max(1, task.classes.length)),
  };
}

/** Each fold has its part of the time. */
function partOf(options: SearchOptions & { threads?: number }, fold: number, folds: number) {
  const { budget, onProgress } = options;
  return {
    ...options,
    budget: budget === undefined ? undefined : budget / folds,
    onProgress: onProgress && ((done: number, total: number) => onProgress(fold + done / total, folds)),
  };
}

function outerFold(
  task: NestedTask,
  spec: Omit<SearchSpec, "greaterIsBetter" | "seed" | "finished">,
  split: RowSplit,
  options: SearchOptions & { threads?: number },
): NestedFold {
  const { train } = split;
  const folds = typeof task.inner === "number" ? task.inner : task.inner(train);
  const seen = { table: takeRows(task.table, train), y: takeTargets(task, train), ...weightsOf(task, train) };
  const { best, finished } = tune({ ...task, ...seen, folds }, spec, options);
  if (best === undefined) throw nothingChosen(finished);
  const { family, params } = best;
  const { threads, signal } = options;
  return { ...validateFold({ ...task, family, params }, split, { threads, signal }), chosen: best };
}

const nothingChosen = (finished: readonly FinishedTrial[]): ProblemError =>
  new ProblemError({
    code: "SEARCH_WITHOUT_RESULT",
    message: `none of ${finished.length} trials could be scored; the first: ${finished[0]?.problem?.message ?? "none"}`,
    remedy: "Change the data, the candidates or the metric.",
  });
