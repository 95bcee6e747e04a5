import { parentPort, workerData } from "node:worker_threads";
import { problemOf, type Problem } from "@millrace/contracts";
import { prepareModel, type PreparedModel } from "@millrace/learning";

export type PreparedAnswer = { readonly prepared: PreparedModel } | { readonly problem: Problem };

function prepare(bytes: Uint8Array): PreparedAnswer {
  try {
    return { prepared: prepareModel(bytes) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

parentPort!.postMessage(prepare(workerData as Uint8Array));
