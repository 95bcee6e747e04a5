import { Worker } from "node:worker_threads";
import type { ModelState } from "../models/family.js";
import type { CrossValidation } from "../selection/cross-validate.js";
import type { FitRequest, LearningJob, ValidationRequest } from "./learning-job.js";
import { openThreadPool, type JobOptions } from "./thread-pool.js";

/** The long work of this library in a thread of its own: the caller's goes on answering, and can call it off. */
export interface Learning {
  fit(request: FitRequest, options?: JobOptions): Promise<ModelState>;
  crossValidate(request: ValidationRequest, options?: JobOptions): Promise<CrossValidation>;
  stop(): Promise<void>;
}

/** Both from src/ and from dist/ this is the compiled worker: a thread can't load TypeScript. */
const compiledWorker = new URL("../../dist/threads/learning-worker.js", import.meta.url);

export function openLearning(): Learning {
  const pool = openThreadPool<LearningJob, ModelState | CrossValidation>(() => new Worker(compiledWorker));
  return {
    fit: async (request, options) => (await pool.run({ kind: "fit", request }, options)) as ModelState,
    crossValidate: async (request, options) =>
      (await pool.run({ kind: "cross-validate", request }, options)) as CrossValidation,
    stop: pool.stop,
  };
}
