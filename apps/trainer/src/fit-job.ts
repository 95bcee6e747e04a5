import { problemOf, type DataOf, type modelTrained, type PipelineSpec, type Problem } from "@millrace/contracts";
import {
  familyNamed,
  scoreFold,
  seededRandom,
  type FoldData,
  type Judgement,
  type ModelState,
  type OnProgress,
  type TrainingData,
} from "@millrace/learning";

export type Candidate = PipelineSpec["candidates"][number];

/** As the event tells it: the scores, or why there are none. */
export type CandidateResult = DataOf<typeof modelTrained>["candidates"][number];

/** What goes to a thread that learns. Plain data only. */
export type FitJob =
  | { readonly kind: "score"; readonly trial: Judgement; readonly data: FoldData; readonly threads: number }
  | {
      readonly kind: "fit";
      readonly candidate: Candidate;
      readonly data: TrainingData;
      readonly seed: number;
      readonly threads: number;
    };

/** A candidate on a fold gives its metrics, one on all rows the model. Whatever it throws is a problem of the candidate. */
export type FitResult =
  | { readonly metrics: Readonly<Record<string, number>> }
  | { readonly model: ModelState }
  | { readonly problem: Problem };

export function doFitJob(job: FitJob, _tell?: OnProgress): FitResult {
  try {
    if (job.kind === "fit") return { model: fitted(job) };
    return { metrics: scoreFold(job.trial, job.data, { threads: job.threads }).metrics };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

function fitted({ candidate, data, seed, threads }: Extract<FitJob, { kind: "fit" }>): ModelState {
  const family = familyNamed(candidate.model);
  const random = seededRandom(seed).fork("model");
  return family.fit(data, family.parameters(candidate.params), { random, threads });
}

/** Does jobs in threads: each gives what doing it here would give, and throws a ProblemError where the candidate fails. */
export interface Fitter {
  readonly score: (trial: Judgement, data: FoldData) => Promise<Readonly<Record<string, number>>>;
  readonly fit: (candidate: Candidate, data: TrainingData, seed: number) => Promise<ModelState>;
  /** How many jobs are in hand at a time. */
  readonly limit: number;
}
