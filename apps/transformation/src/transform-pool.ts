import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { openThreadPool } from "@millrace/learning";
import type { TransformJob, TransformResult } from "./transform-job.js";

/** Both from src/ and from dist/ this is the compiled worker: a thread can't load TypeScript. */
const compiledWorker = new URL("../dist/transform-worker.js", import.meta.url);

export const threads = availableParallelism();

export const openTransformPool = () =>
  openThreadPool<TransformJob, TransformResult>(() => new Worker(compiledWorker), { keep: threads });

const pool = openTransformPool();
export const transformInThread = pool.run;
export const stopTransforming = pool.stop;
