import { availableParallelism } from "node:os";
import { ProblemError, problemOf } from "@millrace/contracts";
import { crossValidate, familyNamed, greaterIsBetter, seededRandom, type ModelState } from "@millrace/learning";
import type { CandidateResult, FitJob, FitResult } from "./fit-job.js";

/** More threads make it faster, and never another model. */
const threads = availableParallelism();

type Tell = (message: string, done: number, total: number) => void;
type Candidate = FitJob["pipeline"]["candidates"][number];

/** Judges each candidate by cross-validation on the training rows, and fits the best on all of them. */
export function fitCandidates(job: FitJob, tell: Tell): FitResult {
  const { candidates } = job.pipeline;
  const results = candidates.map((candidate, index) => {
    tell(`cross-validating ${candidate.model}`, index, candidates.length);
    return trial(candidate, () => crossValidated(job, candidate));
  });
  return fitBest(job, results, tell);
}

/** Where the best can't be fitted on all rows the next best is: what passed on the folds may still fail there. */
function fitBest(job: FitJob, results: CandidateResult[], tell: Tell): FitResult {
  const winner = bestOf(results, job.pipeline.select.metric);
  if (winner < 0) return { candidates: results, winner };
  const candidate = job.pipeline.candidates[winner]!;
  tell(`fitting ${candidate.model} on all training rows`, results.length, results.length);
  try {
    return { candidates: results, winner, model: fitted(job, candidate) };
  } catch (error) {
    return fitBest(job, results.with(winner, failed(candidate, error)), tell);
  }
}

function fitted({ pipeline, matrix, labels, classes }: FitJob, { model, params }: Candidate): ModelState {
  const { fit, parameters } = familyNamed(model);
  const random = seededRandom(pipeline.split.seed).fork("model");
  return fit({ x: matrix, y: labels, classes: classes.length }, parameters(params), { random, threads });
}

/** One candidate that fails does not stop the others. */
function trial(candidate: Candidate, measure: () => Record<string, number>): CandidateResult {
  try {
    return { family: candidate.model, params: candidate.params, metrics: measure() };
  } catch (error) {
    return failed(candidate, error);
  }
}

const failed = ({ model, params }: Candidate, error: unknown): CandidateResult => ({
  ...{ family: model, params, problem: problemOf(error) },
});

function crossValidated(
  { pipeline, table, features, labels, classes }: FitJob,
  { model, params }: Candidate,
): Record<string, number> {
  const trial = {
    ...{ table, features, classes, y: labels, positive: pipeline.target.positive },
    ...{ family: model, params, preprocess: pipeline.preprocess },
    ...{ folds: pipeline.select.folds, seed: pipeline.split.seed },
  };
  const { mean } = crossValidate(trial, { threads });
  refuseWithout(pipeline.select.metric, mean);
  return mean;
}

function refuseWithout(metric: string, scores: Record<string, number>): void {
  const broken = Object.keys(scores).find((name) => !Number.isFinite(scores[name]));
  if (broken === undefined && scores[metric] !== undefined) return;
  throw new ProblemError({
    code: "SCORE_UNDEFINED",
    where: broken ?? metric,
    message: "the metric has no value on at least one fold, as where a class is missing there.",
    remedy: "Send more rows of the rare classes, take fewer folds, or choose another select.metric.",
  });
}

function bestOf(results: readonly CandidateResult[], metric: FitJob["pipeline"]["select"]["metric"]): number {
  const sign = greaterIsBetter(metric) ? 1 : -1;
  const scoreOf = ({ metrics }: CandidateResult) => (metrics === undefined ? -Infinity : sign * metrics[metric]!);
  const scores = results.map(scoreOf);
  const best = Math.max(...scores);
  return best === -Infinity ? -1 : scores.indexOf(best);
}
