import { Worker } from "node:worker_threads";
import { ProblemError } from "@millrace/contracts";
import type { FitJob, FitMessage, FitResult } from "./fit-job.js";

type OnProgress = (message: string, done: number, total: number) => void;

export interface FitPool {
  /** Learns in a thread of its own, so that this one goes on answering. The thread is kept for the next job. */
  fit(job: FitJob, onProgress: OnProgress, signal: AbortSignal): Promise<FitResult>;
  stop(): Promise<void>;
}

/** Both from src/ and from dist/ this is the compiled worker: a thread can't load TypeScript. */
const compiledWorker = new URL("../dist/fit-worker.js", import.meta.url);

export function openFitPool(newThread = () => new Worker(compiledWorker)): FitPool {
  let idle: Worker | undefined;

  async function fit(job: FitJob, onProgress: OnProgress, signal: AbortSignal): Promise<FitResult> {
    signal.throwIfAborted();
    const worker = take() ?? begin();
    worker.ref();
    try {
      const result = await converse(worker, job, onProgress, signal);
      await keep(worker);
      return result;
    } catch (error) {
      await worker.terminate();
      throw error;
    }
  }

  /** A thread that dies while nobody waits for it must neither take the process with it nor be given a job. */
  function begin(): Worker {
    const worker = newThread();
    worker.on("error", () => undefined);
    worker.once("exit", () => void (idle === worker && take()));
    return worker;
  }

  function take(): Worker | undefined {
    const worker = idle;
    idle = undefined;
    return worker;
  }

  /** One thread is kept, and it does not keep the process alive. */
  async function keep(worker: Worker): Promise<void> {
    if (idle !== undefined) return void (await worker.terminate());
    worker.unref();
    idle = worker;
  }

  return { fit, stop: async () => void (await take()?.terminate()) };
}

async function converse(worker: Worker, job: FitJob, onProgress: OnProgress, signal: AbortSignal): Promise<FitResult> {
  let stopListening = () => undefined as void;
  try {
    return await new Promise<FitResult>((resolve, reject) => {
      const onMessage = (message: FitMessage) => {
        if (message.kind === "progress") onProgress(message.message, message.done, message.total);
        else if (message.kind === "result") resolve(message.result);
        else reject(errorOf(message));
      };
      const onExit = (code: number) => reject(new Error(`the training thread ended with code ${code}`));
      const onAbort = () => reject(signal.reason as Error);
      worker.on("message", onMessage).on("error", reject).on("exit", onExit);
      signal.addEventListener("abort", onAbort);
      // One by one: removing all listeners of a worker takes away node's own as well, and it falls silent.
      stopListening = () => {
        worker.off("message", onMessage).off("error", reject).off("exit", onExit);
        signal.removeEventListener("abort", onAbort);
      };
      worker.postMessage(job);
    });
  } finally {
    stopListening();
  }
}

/** A problem stays one on its way between the threads: it is about the input, and is not tried again. */
const errorOf = ({ problem, stack }: Extract<FitMessage, { kind: "failed" }>): Error =>
  problem.code === "UNEXPECTED"
    ? Object.assign(new Error(problem.message), { stack })
    : new ProblemError(problem, { cause: stack });

const pool = openFitPool();
export const fitInThread = pool.fit;
export const stopFitting = pool.stop;
