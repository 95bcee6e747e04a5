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

async function converse(
  worker: Worker,
  job: FitJob,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<FitResult> {
  let stopListening = () => undefined as void;
  try {
    return await new Promise<FitResult>((resolve, reject) => {
      const onMessage = (message: FitMessage) => {
        if (message.kind === "progress") onProgress(message.message, message.done, message.total);
        else if (message.kind === "result") resolve(message.result);
        else reject(Object.assign(new Error(message.message), { stack: message.stack }));
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

export async function stopFitting(): Promise<void> {
  await idle?.terminate();
  idle = undefined;
}
