import { familyNamed } from "../models/families.js";
import type { ModelState, Parameters, TrainingData } from "../models/family.js";
import { seededRandom } from "../data/random.js";
import { crossValidate, type CrossValidation, type Trial } from "../selection/cross-validate.js";
import type { OnProgress } from "./thread-pool.js";

export interface FitRequest extends TrainingData {
  readonly family: string;
  readonly params?: Parameters;
  readonly seed: number;
  readonly threads?: number;
}

export type ValidationRequest = Trial & { readonly folds: number | readonly Int32Array[] };

export type LearningJob =
  | { readonly kind: "fit"; readonly request: FitRequest }
  | { readonly kind: "cross-validate"; readonly request: ValidationRequest };

export const doLearningJob = (job: LearningJob, tell: OnProgress): ModelState | CrossValidation =>
  job.kind === "fit" ? fit(job.request, tell) : crossValidate(job.request);

function fit({ family, params, seed, threads, ...data }: FitRequest, tell: OnProgress): ModelState {
  const chosen = familyNamed(family);
  const onProgress = (done: number, total: number) => tell(`fitting ${family}`, done, total);
  const context = { random: seededRandom(seed), threads, onProgress };
  return chosen.fit(data, chosen.parameters(params ?? {}), context);
}
