import { parentPort } from "node:worker_threads";
import { problemOf } from "@millrace/contracts";
import { fitCandidates } from "./fit-candidates.js";
import type { FitJob, FitMessage } from "./fit-job.js";

const port = parentPort!;
const say = (message: FitMessage) => port.postMessage(message);

port.on("message", (job: FitJob) => {
  try {
    const result = fitCandidates(job, (message, done, total) => say({ kind: "progress", message, done, total }));
    say({ kind: "result", result });
  } catch (error) {
    say({ kind: "failed", problem: problemOf(error), stack: error instanceof Error ? error.stack : undefined });
  }
});
