import { problemOf, ProblemError, type ArtifactRef, type PipelineSpec, type Problem } from "@millrace/contracts";
import { familyNamed, greaterIsBetter, isHopeless, type TrialPlan } from "@millrace/learning";
import type { Metrics, Setting } from "./fit-job.js";
import { bytesOf } from "./fold-cache.js";
import { isProblem, type Job, type JobResult } from "./job.js";
import type { StoredFold } from "./load-arrays.js";
import type { Progress } from "./progress.js";

/** How a setting fared, fold by fold. */
export interface TriedSetting extends Setting {
  readonly number: number;
  readonly share: number;
  readonly folds: readonly Metrics[];
  /** What was said of the rows of all folds, in their order. */
  readonly outOfFold: readonly ArtifactRef[];
  /** It was so far behind that the other folds were left out. */
  readonly stopped?: true;
  readonly problem?: Problem;
}

export interface TryMeans {
  readonly pipeline: Pick<PipelineSpec, "target" | "split" | "select">;
  readonly classes: readonly string[];
  readonly folds: readonly StoredFold[];
  readonly run: (job: Job, withdrawn: AbortSignal) => Promise<JobResult>;
  readonly progress: Progress;
}

/** So much of a fold's arrays is worth a job: of smaller folds one job has several. */
const WORTHWHILE_BYTES = 16 * 1024;
/** After so many folds it is asked for the first time whether a setting is hopeless; then after twice as many. */
const FIRST_FOLDS = 2;

/** As many jobs as a setting is made of: they follow from the folds alone, and so do their keys. */
export function jobsOf(setting: Setting & { share: number }, { pipeline, classes, folds }: TryMeans): Job[] {
  const { target, split } = pipeline;
  const size = Math.max(1, Math.min(folds.length, Math.floor(WORTHWHILE_BYTES / Math.max(...folds.map(bytesOf)))));
  const { family, params, share } = setting;
  const about = { setting: { family, params }, share, classes, positive: target.positive, seed: split.seed };
  return Array.from({ length: Math.ceil(folds.length / size) }, (_, index) => ({
    ...about,
    folds: folds.slice(index * size, (index + 1) * size),
  }));
}

type About = Pick<TriedSetting, "family" | "params" | "share" | "number">;

/** Has the jobs of a setting done, and leaves the last folds out where the first show that it is hopeless. */
export async function trySetting(plan: TrialPlan, means: TryMeans, outOfTime: AbortSignal): Promise<TriedSetting> {
  const { family, params, share, number, best } = plan;
  const about: About = { family, params, share, number };
  const wrong = wrongParameters(plan);
  if (wrong !== undefined) return { ...about, folds: [], outOfFold: [], problem: wrong };
  const { metric } = means.pipeline.select;
  const sign = greaterIsBetter(metric) ? 1 : -1;
  const jobs = jobsOf(plan, means);
  let tried = { folds: [] as Metrics[], outOfFold: [] as ArtifactRef[] };
  const report = means.progress.begin(about, jobs.length);
  for (const stage of stagesOf(jobs, best !== undefined)) {
    const results = await together(stage, means, outOfTime, report);
    const failed = results.find(isProblem);
    if (failed !== undefined) return { ...about, ...tried, problem: failed.problem };
    tried = results.reduce(withScores, tried);
    const problem = undefinedScore(metric, tried.folds);
    if (problem !== undefined) return { ...about, ...tried, problem };
    const scores = tried.folds.map((fold) => fold[metric]!);
    if (best !== undefined && isHopeless(scores, best, sign)) return { ...about, ...tried, stopped: true };
  }
  return { ...about, ...tried };
}

function wrongParameters({ family, params }: Setting): Problem | undefined {
  try {
    familyNamed(family).parameters(params);
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError) return problemOf(error);
    throw error;
  }
}

/** All at once where nothing is known to be better; else two folds' jobs, and then twice as many each time. */
function stagesOf(jobs: readonly Job[], racing: boolean): Job[][] {
  if (!racing) return [[...jobs]];
  const stages: Job[][] = [];
  for (let from = 0, folds = FIRST_FOLDS; from < jobs.length; folds *= 2) {
    let [to, covered] = [from, 0];
    while (to < jobs.length && covered < folds) covered += jobs[to++]!.folds.length;
    stages.push(jobs.slice(from, to));
    from = to;
  }
  return stages;
}

/** Where one fails those behind it are withdrawn; those before it are waited for, so that the first problem is the one told. */
async function together(
  jobs: readonly Job[],
  { run }: TryMeans,
  outOfTime: AbortSignal,
  report: (result: JobResult) => void,
): Promise<JobResult[]> {
  const withdrawn = jobs.map(() => new AbortController());
  const failing = async (job: Job, index: number) => {
    const result = await run(job, AbortSignal.any([outOfTime, withdrawn[index]!.signal]));
    report(result);
    if (isProblem(result)) for (const each of withdrawn.slice(index + 1)) each.abort(new Withdrawn());
    return result;
  };
  const settled = await Promise.allSettled(jobs.map(failing));
  const thrown = settled.find((one) => one.status === "rejected" && !(one.reason instanceof Withdrawn));
  if (thrown?.status === "rejected") throw thrown.reason;
  return settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}

class Withdrawn extends Error {}

const withScores = (
  tried: { folds: Metrics[]; outOfFold: ArtifactRef[] },
  result: JobResult,
): { folds: Metrics[]; outOfFold: ArtifactRef[] } => {
  const { folds, outOfFold } = result as Extract<JobResult, { folds: readonly Metrics[] }>;
  return { folds: [...tried.folds, ...folds], outOfFold: [...tried.outOfFold, ...(outOfFold ? [outOfFold] : [])] };
};

/** The folds that lack a value of the metric, or have one that is none. */
function undefinedScore(metric: string, folds: readonly Metrics[]): Problem | undefined {
  const broken = folds.flatMap((fold) => Object.keys(fold).filter((name) => !Number.isFinite(fold[name])))[0];
  if (broken === undefined && folds.every((fold) => fold[metric] !== undefined)) return undefined;
  return {
    code: "SCORE_UNDEFINED",
    where: broken ?? metric,
    message: "the metric has no value on at least one fold, as where a class is missing there.",
    remedy: "Send more rows of the rare classes, take fewer folds, or choose another select.metric.",
  };
}
