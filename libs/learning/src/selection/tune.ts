import { ProblemError } from "@millrace/contracts";
import { seededRandom } from "../data/random.js";
import { greaterIsBetter, type MetricName } from "../metrics/metrics.js";
import type { ValueMetricName } from "../metrics/value-metrics.js";
import { foldContext, foldsOf, takeTargets, validateFold, type Folds } from "./cross-validate.js";
import type { Trial, TrialContext } from "./trial.js";
import { rowsByCode, type RowSplit } from "./rows.js";
import { search, type Evaluate, type SearchOptions, type SearchOutcome, type SearchSpec } from "./search.js";

/** What the trials of a search have in common. */
export interface TuningTask extends Omit<Trial, "family" | "params"> {
  readonly folds: Folds;
  readonly metric: MetricName | ValueMetricName;
}

/** Does a trial by cross-validation, and leaves the last folds out where the first show that it is hopeless. */
export function trialOnFolds(task: TuningTask, context: TrialContext = {}): Evaluate {
  const splits = foldsOf(task, task.folds);
  return ({ family, params, share }, hopeless) => {
    const scores: number[] = [];
    for (const [fold, split] of splits.entries()) {
      const trial = { ...task, family, params };
      const { metrics } = validateFold(trial, shareOf(split, share, task), foldContext(context, fold, splits.length));
      scores.push(metrics[task.metric] ?? refuseUndefined(task.metric, fold));
      if (hopeless(scores)) return { scores, stopped: true };
    }
    return { scores };
  };
}

function refuseUndefined(metric: string, fold: number): never {
  throw new ProblemError({
    code: "SCORE_UNDEFINED",
    where: metric,
    message: `the metric has no value on fold ${fold + 1}, as where a class is missing there.`,
    remedy: "Send more rows of the rare classes, take fewer folds, or choose another metric.",
  });
}

/**
 * Fewer rows to learn from and the same to be tested on. Of each class the same share and at least one row; what is in a
 * smaller share is in the larger ones too.
 */
function shareOf({ train, test }: RowSplit, share: number, task: TuningTask): RowSplit {
  if (share >= 1) return { train, test };
  const random = seededRandom(task.seed).fork("share");
  const codes = task.classes.length === 0 ? new Int32Array(train.length) : takeTargets(task, train);
  const taken = [...rowsByCode(codes).values()].flatMap((places) => {
    const most = Math.max(1, Math.round(share * places.length));
    return Array.from(random.shuffle(places).subarray(0, most), (place) => train[place]!);
  });
  return { train: Int32Array.from(taken).sort(), test };
}

/** Searches for the model that does best on the folds. */
export const tune = (
  task: TuningTask,
  spec: Omit<SearchSpec, "greaterIsBetter" | "seed">,
  { threads, ...options }: SearchOptions & { threads?: number } = {},
): SearchOutcome =>
  search(
    { ...spec, seed: task.seed, greaterIsBetter: greaterIsBetter(task.metric) },
    trialOnFolds(task, { threads, signal: options.signal }),
    options,
  );
