import { Worker } from "node:worker_threads";
import { openThreadPool } from "@millrace/learning";
import type { FitJob, FitResult } from "./fit-job.js";

/** Both from src/ and from dist/ this is the compiled worker: a thread can't load TypeScript. */
const compiledWorker = new URL("../dist/fit-worker.js", import.meta.url);

export const openFitPool = () => openThreadPool<FitJob, FitResult>(() => new Worker(compiledWorker));

const pool = openFitPool();
export const fitInThread = pool.run;
export const stopFitting = pool.stop;
