import { problemOf } from "@millrace/contracts";
import { crossValidate, familyNamed, greaterIsBetter, seededRandom } from "@millrace/learning";
import type { CandidateResult, FitJob, FitResult } from "./fit-job.js";

type Tell = (message: string, done: number, total: number) => void;

/** Judges each candidate by cross-validation on the training rows, and fits the best on all of them. */
export function fitCandidates(job: FitJob, tell: Tell): FitResult {
  const { candidates, select, split } = job.pipeline;
  const results = candidates.map((candidate, index) => {
    tell(`cross-validating ${candidate.model}`, index, candidates.length);
    return judge(job, candidate);
  });
  const winner = bestOf(results, select.metric);
  if (winner < 0) return { candidates: results, winner };
  tell(`fitting ${results[winner]!.family} on all training rows`, candidates.length, candidates.length);
  const { family, params } = results[winner]!;
  const { fit, parameters } = familyNamed(family);
  const random = seededRandom(split.seed).fork("model");
  return {
    candidates: results,
    winner,
    model: fit(job.matrix, job.labels, job.classes.length, parameters(params), random),
  };
}

/** One candidate that fails does not stop the others. */
function judge(job: FitJob, { model, params }: FitJob["pipeline"]["candidates"][number]): CandidateResult {
  const { pipeline, table, features, labels, classes } = job;
  try {
    const { mean } = crossValidate({
      ...{ table, features, classes, y: labels, positive: pipeline.target.positive },
      ...{ family: model, params, preprocess: pipeline.preprocess },
      ...{ folds: pipeline.select.folds, seed: pipeline.split.seed },
    });
    return { family: model, params, metrics: mean };
  } catch (error) {
    return { family: model, params, problem: problemOf(error) };
  }
}

function bestOf(results: readonly CandidateResult[], metric: FitJob["pipeline"]["select"]["metric"]): number {
  const sign = greaterIsBetter(metric) ? 1 : -1;
  const scoreOf = (index: number) => sign * (results[index]!.metrics?.[metric] ?? NaN);
  return results.reduce((best, _result, index) => {
    if (Number.isNaN(scoreOf(index))) return best;
    return best < 0 || scoreOf(index) > scoreOf(best) ? index : best;
  }, -1);
}
