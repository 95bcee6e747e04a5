import type { Worker } from "node:worker_threads";
import { ProblemError, type Problem } from "@millrace/contracts";

export type OnProgress = (message: string, done: number, total: number) => void;

/** What a thread says to the one who gave it a job. */
export type ThreadMessage<Result> =
  | { readonly kind: "progress"; readonly message: string; readonly done: number; readonly total: number }
  | { readonly kind: "result"; readonly result: Result }
  | { readonly kind: "failed"; readonly problem: Problem; readonly stack?: string };

export interface JobOptions {
  readonly onProgress?: OnProgress;
  /** The thread is ended at once; what the signal gives as its reason is what the caller gets. */
  readonly signal?: AbortSignal;
}

export interface ThreadPool<Job, Result> {
  /** Works in a thread of its own, so that this one goes on answering. Threads are kept for the next jobs, one if not said. */
  run(job: Job, options?: JobOptions): Promise<Result>;
  stop(): Promise<void>;
}

/** Threads that answer jobs with `serveJobs`. */
export function openThreadPool<Job, Result>(newThread: () => Worker, { keep: kept = 1 } = {}): ThreadPool<Job, Result> {
  const idle: Worker[] = [];

  async function run(job: Job, options: JobOptions = {}): Promise<Result> {
    options.signal?.throwIfAborted();
    const worker = idle.pop() ?? begin();
    worker.ref();
    try {
      const result = await converse<Job, Result>(worker, job, options);
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
    worker.once("exit", () => void (idle.includes(worker) && idle.splice(idle.indexOf(worker), 1)));
    return worker;
  }

  /** The threads that are kept do not keep the process alive. */
  async function keep(worker: Worker): Promise<void> {
    if (idle.length >= kept) return void (await worker.terminate());
    worker.unref();
    idle.push(worker);
  }

  return { run, stop: async () => void (await Promise.all(idle.splice(0).map((worker) => worker.terminate()))) };
}

async function converse<Job, Result>(worker: Worker, job: Job, { onProgress, signal }: JobOptions): Promise<Result> {
  let stopListening = () => undefined as void;
  try {
    return await new Promise<Result>((resolve, reject) => {
      const onMessage = (message: ThreadMessage<Result>) => {
        if (message.kind === "progress") onProgress?.(message.message, message.done, message.total);
        else if (message.kind === "result") resolve(message.result);
        else reject(errorOf(message));
      };
      const onExit = (code: number) => reject(new Error(`the training thread ended with code ${code}`));
      const onAbort = () => reject(signal!.reason as Error);
      worker.on("message", onMessage).on("error", reject).on("exit", onExit);
      signal?.addEventListener("abort", onAbort);
      // One by one: removing all listeners of a worker takes away node's own as well, and it falls silent.
      stopListening = () => {
        worker.off("message", onMessage).off("error", reject).off("exit", onExit);
        signal?.removeEventListener("abort", onAbort);
      };
      worker.postMessage(job);
    });
  } finally {
    stopListening();
  }
}

/** A problem stays one on its way between the threads: it is about the input, and is not tried again. */
const errorOf = ({ problem, stack }: Extract<ThreadMessage<never>, { kind: "failed" }>): Error =>
  problem.code === "UNEXPECTED"
    ? Object.assign(new Error(problem.message), { stack })
    : new ProblemError(problem, { cause: stack });
