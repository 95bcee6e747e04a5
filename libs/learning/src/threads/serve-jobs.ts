import { parentPort } from "node:worker_threads";
import { problemOf } from "@millrace/contracts";
import type { OnProgress, ThreadMessage } from "./thread-pool.js";

/** What the thread of a pool does: works off each job that it is sent, and says how that went. */
export function serveJobs<Job, Result>(work: (job: Job, tell: OnProgress) => Result | Promise<Result>): void {
  const port = parentPort!;
  const say = (message: ThreadMessage<Result>) => port.postMessage(message);
  port.on("message", async (job: Job) => {
    try {
      say({
        kind: "result",
        result: await work(job, (message, done, total) => say({ kind: "progress", message, done, total })),
      });
    } catch (error) {
      say({ kind: "failed", problem: problemOf(error), stack: error instanceof Error ? error.stack : undefined });
    }
  });
}
