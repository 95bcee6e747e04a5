import { checkPackage, type PackageCheck, type PackageCheckJob } from "./check-package.js";
import { compareModels, type Comparison, type ComparisonJob } from "./compare-models.js";

export type EvaluationJob = PackageCheckJob | ComparisonJob;
export type EvaluationResult = PackageCheck | Comparison;

export const doEvaluationJob = (job: EvaluationJob): Promise<EvaluationResult> =>
  job.kind === "check" ? checkPackage(job) : compareModels(job);
