import { ProblemError, type PipelineSpec, type Problem } from "@millrace/contracts";
import { greaterIsBetter, summary, workAll, type FoldData } from "@millrace/learning";
import type { Candidate, CandidateResult, Fitter } from "./fit-job.js";

export type Metrics = Readonly<Record<string, number>>;
export type Tell = (message: string, done: number, total: number) => void;

export interface Trials {
  readonly pipeline: Pick<PipelineSpec, "target" | "split" | "select">;
  readonly candidates: readonly Candidate[];
  readonly classes: readonly string[];
  readonly folds: number;
  readonly loadFold: (fold: number) => Promise<FoldData>;
  /** What is known of a candidate from an earlier run. */
  readonly recall: (candidate: Candidate) => Promise<readonly Metrics[] | undefined>;
  readonly keep: (candidate: Candidate, folds: readonly Metrics[]) => Promise<void>;
}

/** How one candidate fared so far, fold by fold. */
interface Course {
  readonly candidate: Candidate;
  readonly folds: Metrics[];
  readonly known: boolean;
  failed?: { readonly fold: number; readonly problem: Problem };
}

/**
 * Judges each candidate on every fold. Fold after fold, so that each is loaded once and few are in memory; as many fits at a
 * time as there are threads. One candidate that fails does not stop the others.
 */
export async function tryCandidates(trials: Trials, fitter: Fitter, tell: Tell): Promise<CandidateResult[]> {
  const courses = await Promise.all(trials.candidates.map((candidate) => begin(trials, candidate)));
  const open = courses.filter(({ known }) => !known);
  const jobs = Array.from({ length: trials.folds }, (_, fold) => open.map((course) => ({ fold, course }))).flat();
  const folds = foldsOnDemand(trials, open.length);
  let done = 0;
  await workAll(jobs, fitter.limit, async ({ fold, course }) => {
    await tryOne(trials, fitter, { fold, course, load: folds.take });
    folds.release(fold);
    done++;
    tell(
      `fold ${fold + 1} of ${trials.folds} of ${course.candidate.model}${bestSoFar(open, trials)}`,
      done,
      jobs.length,
    );
  });
  const { metric } = trials.pipeline.select;
  for (const { candidate, folds, failed } of open) if (failed === undefined) await trials.keep(candidate, folds);
  return courses.map((course) => resultOf(course, metric));
}

async function begin(trials: Trials, candidate: Candidate): Promise<Course> {
  const folds = await trials.recall(candidate);
  return { candidate, folds: [...(folds ?? [])], known: folds !== undefined };
}

async function tryOne(
  { pipeline, classes }: Trials,
  fitter: Fitter,
  { fold, course, load }: { fold: number; course: Course; load: (fold: number) => Promise<FoldData> },
): Promise<void> {
  const data = await load(fold);
  if (course.failed !== undefined) return;
  const { model, params } = course.candidate;
  const trial = { classes, positive: pipeline.target.positive, family: model, params, seed: pipeline.split.seed };
  try {
    course.folds[fold] = await fitter.score(trial, data);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    failed(course, { fold, problem: error.problem });
  }
}

/** The first fold tells, whichever failed first. */
function failed(course: Course, failure: NonNullable<Course["failed"]>): void {
  if (course.failed === undefined || failure.fold < course.failed.fold) course.failed = failure;
}

/** Each fold is loaded when the first candidate asks for it, and let go when the last has used it. */
function foldsOnDemand({ loadFold }: Trials, users: number) {
  const loaded = new Map<number, { data: Promise<FoldData>; left: number }>();
  return {
    take(fold: number): Promise<FoldData> {
      const known = loaded.get(fold) ?? { data: loadFold(fold), left: users };
      loaded.set(fold, known);
      return known.data;
    },
    release(fold: number): void {
      const known = loaded.get(fold);
      if (known !== undefined && --known.left === 0) loaded.delete(fold);
    },
  };
}

function resultOf({ candidate, folds, failed }: Course, metric: string): CandidateResult {
  const about = { family: candidate.model, params: candidate.params };
  if (failed !== undefined) return { ...about, problem: failed.problem };
  const { mean, deviation } = summary(folds);
  const problem = undefinedScore(metric, mean);
  return problem === undefined ? { ...about, metrics: mean, deviation } : { ...about, problem };
}

function undefinedScore(metric: string, scores: Metrics): Problem | undefined {
  const broken = Object.keys(scores).find((name) => !Number.isFinite(scores[name]));
  if (broken === undefined && scores[metric] !== undefined) return undefined;
  return {
    code: "SCORE_UNDEFINED",
    where: broken ?? metric,
    message: "the metric has no value on at least one fold, as where a class is missing there.",
    remedy: "Send more rows of the rare classes, take fewer folds, or choose another select.metric.",
  };
}

/** By the folds that each has done, for those who watch. */
function bestSoFar(courses: readonly Course[], { pipeline }: Trials): string {
  const { metric } = pipeline.select;
  const sign = greaterIsBetter(metric) ? 1 : -1;
  const scored = courses.flatMap(({ candidate, folds, failed }) => {
    const values = folds.map((fold) => fold[metric]!).filter(Number.isFinite);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return failed === undefined && values.length > 0 ? [{ model: candidate.model, mean }] : [];
  });
  const best = scored.sort((a, b) => sign * (b.mean - a.mean))[0];
  return best === undefined ? "" : `; best so far ${best.model} with ${metric} ${best.mean.toFixed(4)}`;
}
