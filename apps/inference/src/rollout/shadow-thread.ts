import { parentPort, workerData } from "node:worker_threads";
import { openPackage, type ServableModel } from "@millrace/runtimes";
import { ordinaryRow } from "../loading/probe-rows.js";
import { warmUp } from "../loading/warm-up.js";
import { predictionOf } from "./prediction-of.js";

export interface ShadowBatch {
  readonly rows: readonly unknown[];
}

export interface ShadowAnswers {
  readonly milliseconds: readonly number[];
  /** Of a row that could not be answered: undefined. */
  readonly predictions: readonly (string | undefined)[];
}

/** A version in a thread of its own: however slow it is, nobody waits for it. */
const model = open(workerData as Uint8Array);
model.catch(() => undefined);

parentPort!.on(
  "message",
  (batch: ShadowBatch) => void answer(batch).then((answers) => parentPort!.postMessage(answers)),
);

/** Warm as the version that answers is: their times are compared. */
async function open(bytes: Uint8Array): Promise<ServableModel> {
  const opened = await openPackage(bytes);
  await warmUp(opened, [ordinaryRow(opened)]);
  return opened;
}

async function answer({ rows }: ShadowBatch): Promise<ShadowAnswers> {
  const milliseconds: number[] = [];
  const predictions: (string | undefined)[] = [];
  const opened = await model;
  for (const row of rows) {
    const began = performance.now();
    try {
      predictions.push(predictionOf(opened, row));
    } catch {
      predictions.push(undefined);
    }
    milliseconds.push(performance.now() - began);
  }
  return { milliseconds, predictions };
}
