import { Worker } from "node:worker_threads";
import { ProblemError } from "@millrace/contracts";
import { openThreadPool, type Judgement, type ModelState, type TrainingData } from "@millrace/learning";
import type { FoldData } from "@millrace/learning";
import type { FitJob, FitResult, FoldScore, Setting } from "./fit-job.js";
import type { TrainerSettings } from "./settings.js";

/** Both from src/ and from dist/ this is the compiled worker: a thread can't load TypeScript. */
const compiledWorker = new URL("../dist/fit-worker.js", import.meta.url);

/** Does fits in threads: each gives what doing it here would give, and throws a ProblemError where the candidate fails. */
export interface Fitter {
  score(trial: Judgement, share: number, data: FoldData, signal?: AbortSignal): Promise<FoldScore>;
  fit(setting: Setting, data: TrainingData, seed: number, signal?: AbortSignal): Promise<ModelState>;
  stop(): Promise<void>;
}

export type RunInThread = (job: FitJob, options: { signal?: AbortSignal }) => Promise<FitResult>;

export function openFitter({ threads, memoryMb }: Pick<TrainerSettings, "threads" | "memoryMb">): Fitter {
  const limits = memoryMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memoryMb } };
  const pool = openThreadPool<FitJob, FitResult>(() => new Worker(compiledWorker, limits), { keep: threads });
  return { ...fitterOn(pool.run, threads), stop: pool.stop };
}

/**
 * Many small fits keep more threads busy than the threads of one fit do: so each of them has one, and as many are in hand as
 * there are. The last fit is alone and has them all.
 */
export const fitterOn = (run: RunInThread, threads: number): Omit<Fitter, "stop"> => ({
  async score(trial, share, data, signal) {
    const result = await run({ kind: "score", trial, share, data }, { signal });
    return "score" in result ? result.score : refuse(result);
  },
  async fit(setting, data, seed, signal) {
    const result = await run({ kind: "fit", setting, data, seed, threads }, { signal });
    return "model" in result ? result.model : refuse(result);
  },
});

function refuse(result: FitResult): never {
  throw new ProblemError((result as Extract<FitResult, { problem: unknown }>).problem);
}
