import { Worker } from "node:worker_threads";
import { ProblemError } from "@millrace/contracts";
import type { PreparedModel } from "@millrace/learning";
import type { PreparedAnswer } from "./prepare-thread.js";

/** Both from src/ and from dist/ this is the compiled thread: a thread can't load TypeScript. */
const thread = new URL("../dist/prepare-thread.js", import.meta.url);

/** Verifies a large package and writes its trees down for the kernel beside the thread that answers requests. */
export async function prepareInThread(bytes: Uint8Array): Promise<PreparedModel> {
  const answer = await new Promise<PreparedAnswer>((resolve, reject) => {
    const worker = new Worker(thread, { workerData: bytes });
    worker.once("message", resolve).once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the thread that prepares a model ended with code ${code}`)));
  });
  if ("prepared" in answer) return answer.prepared;
  throw new ProblemError(answer.problem);
}
