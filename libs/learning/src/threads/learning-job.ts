import { seededRandom } from "../data/random.js";
import { familyNamed } from "../models/families.js";
import type { ModelState, Parameters, TrainingData } from "../models/family.js";
import type { ResampleData } from "../resampling/resampler.js";
import { resamplerNamed } from "../resampling/resamplers.js";
import { crossValidate, type CrossValidation, type Folds } from "../selection/cross-validate.js";
import type { Resample, Trial } from "../selection/trial.js";
import type { OnProgress } from "./thread-pool.js";

export interface FitRequest extends TrainingData {
  readonly family: string;
  readonly params?: Parameters;
  readonly seed: number;
  readonly threads?: number;
}

/** A trial as plain data: what is done to the rows of a fold is named. */
export interface ValidationRequest extends Omit<Trial, "resample"> {
  readonly folds: Folds;
  readonly resample?: { readonly with: string; readonly params?: Parameters };
  readonly threads?: number;
}

export type LearningJob =
  | { readonly kind: "fit"; readonly request: FitRequest }
  | { readonly kind: "cross-validate"; readonly request: ValidationRequest };

export const doLearningJob = (job: LearningJob, tell: OnProgress): ModelState | CrossValidation =>
  job.kind === "fit" ? fit(job.request, tell) : validate(job.request, tell);

function fit({ family, params, seed, threads, ...data }: FitRequest, tell: OnProgress): ModelState {
  const chosen = familyNamed(family);
  const onProgress = (done: number, total: number) => tell(`fitting ${family}`, done, total);
  const context = { random: seededRandom(seed), threads, onProgress };
  return chosen.fit(data, chosen.parameters(params ?? {}), context);
}

function validate({ resample, threads, ...trial }: ValidationRequest, tell: OnProgress): CrossValidation {
  const onProgress = (done: number, total: number) => tell(`cross-validating ${trial.family}`, done, total);
  return crossValidate({ ...trial, resample: resample && resampleBy(resample) }, { threads, onProgress });
}

function resampleBy({ with: name, params = {} }: NonNullable<ValidationRequest["resample"]>): Resample {
  const resampler = resamplerNamed(name);
  const parameters = resampler.parameters(params);
  return (data, context) => resampler.resample(data as ResampleData, parameters, context);
}
