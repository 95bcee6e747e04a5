import { Worker } from "node:worker_threads";
import type { FitJob, FitMessage, FitResult } from "./fit-job.js";

type OnProgress = (message: string, done: number, total: number) => void;

/** Both from src/ and from dist/ this is the compiled worker: a thread can't load TypeScript. */
const workerFile = new URL("../dist/fit-worker.js", import.meta.url);

let idle: Worker | undefined;

/** Learns in a thread of its own, so that this one goes on answering. The thread is kept for the next job. */
export async function fitInThread(job: FitJob, onProgress: OnProgress, signal: AbortSignal): Promise<FitResult> {
  const worker = idle ?? new Worker(workerFile);
  idle = undefined;
  try {
    const result = await converse(worker, job, onProgress, signal);
    idle = worker;
    return result;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

function converse(worker: Worker, job: FitJob, onProgress: OnProgress, signal: AbortSignal): Promise<FitResult> {
  return new Promise<FitResult>((resolve, reject) => {
    const settle = (action: () => void) => {
      worker.removeAllListeners();
      signal.removeEventListener("abort", onAbort);
      action();
    };
    const onAbort = () => settle(() => reject(new Error("the trainer is stopping", { cause: signal.reason })));
    signal.addEventListener("abort", onAbort);
    worker.on("error", (error) => settle(() => reject(error)));
    worker.on("exit", (code) => settle(() => reject(new Error(`the training thread ended with code ${code}`))));
    worker.on("message", (message: FitMessage) => {
      if (message.kind === "progress") onProgress(message.message, message.done, message.total);
      else if (message.kind === "result") settle(() => resolve(message.result));
      else settle(() => reject(Object.assign(new Error(message.message), { stack: message.stack })));
    });
    worker.postMessage(job);
  });
}

export async function stopFitting(): Promise<void> {
  await idle?.terminate();
  idle = undefined;
}
