import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { ProblemError } from "@millrace/contracts";
import { openThreadPool, type JobOptions, type ThreadPool } from "@millrace/learning";
import type { FitJob, FitResult, Fitter } from "./fit-job.js";

/** Both from src/ and from dist/ this is the compiled worker: a thread can't load TypeScript. */
const compiledWorker = new URL("../dist/fit-worker.js", import.meta.url);

const threads = availableParallelism();

export const openFitPool = () => openThreadPool<FitJob, FitResult>(() => new Worker(compiledWorker), { keep: threads });

/**
 * Many small fits keep more threads busy than the threads of one fit do: so each of them has one, and as many are in hand as
 * there are. The last fit is alone and has them all.
 */
export const fitterOn = (pool: Pick<ThreadPool<FitJob, FitResult>, "run">, options: JobOptions = {}): Fitter => ({
  limit: threads,
  async score(trial, data) {
    const result = await pool.run({ kind: "score", trial, data, threads: 1 }, options);
    return "metrics" in result ? result.metrics : refuse(result);
  },
  async fit(candidate, data, seed) {
    const result = await pool.run({ kind: "fit", candidate, data, seed, threads }, options);
    return "model" in result ? result.model : refuse(result);
  },
});

function refuse(result: FitResult): never {
  throw new ProblemError((result as Extract<FitResult, { problem: unknown }>).problem);
}

const pool = openFitPool();
export const fitInThreads = (options: JobOptions): Fitter => fitterOn(pool, options);
export const stopFitting = pool.stop;
