import { Worker } from "node:worker_threads";
import type { Problem } from "@millrace/contracts";
import { openThreadPool } from "@millrace/learning";
import type { PackageCheck, PackageCheckJob } from "./check-package.js";
import type { Comparison, ComparisonJob } from "./compare-models.js";
import type { EvaluationJob, EvaluationResult } from "./evaluation-job.js";

/** Both from src/ and from dist/ this is the compiled worker: a thread can't load TypeScript. */
const compiledWorker = new URL("../dist/evaluation-worker.js", import.meta.url);

// In a thread, so that this process goes on answering and what is measured is not what else it does.
const pool = openThreadPool<EvaluationJob, EvaluationResult>(() => new Worker(compiledWorker));

export const stopEvaluating = pool.stop;

export const compareInThread = (job: ComparisonJob, signal: AbortSignal): Promise<Comparison> =>
  pool.run(job, { signal }) as Promise<Comparison>;

/** A package that takes a thread with it can't be served either. */
export const checkInThread = (job: PackageCheckJob, signal: AbortSignal): Promise<PackageCheck> =>
  pool.run(job, { signal }).catch((error: unknown) => {
    if ((error as { code?: string }).code !== "ERR_WORKER_OUT_OF_MEMORY") throw error;
    return { check: "load", problem: outOfMemory };
  }) as Promise<PackageCheck>;

const outOfMemory: Problem = {
  code: "PACKAGE_TOO_LARGE",
  message: "loading the package takes more memory than a thread has.",
  remedy: "Train a smaller model: fewer or smaller trees.",
};
