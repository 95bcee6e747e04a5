import { Worker } from "node:worker_threads";
import type { Observation } from "../serving.js";
import type { ShadowAnswers, ShadowBatch } from "./shadow-thread.js";

/** A version that gets the requests of another one and whose answers nobody sees. */
export interface Shadow {
  /** Takes a row for later, or drops it where too many wait already. */
  mirror(features: unknown): void;
  stop(): Promise<void>;
}

export interface ShadowOptions {
  bytes: Uint8Array;
  /** How many rows may wait. */
  limit: number;
  observe(observation: Observation): void;
  dropped(): void;
  /** The thread ended by itself: nothing is mirrored any more. */
  failed(error: Error): void;
}

/** Both from src/ and from dist/ this is the compiled thread: a thread can't load TypeScript. */
const thread = new URL("../../dist/rollout/shadow-thread.js", import.meta.url);

/** So many rows go over at a time: copying them takes the requests' thread well under a millisecond. */
const BATCH_ROWS = 256;
const SEND_EVERY_MS = 5;

export function openShadow({ bytes, limit, observe, dropped, failed }: ShadowOptions): Shadow {
  const worker = new Worker(thread, { workerData: bytes });
  worker.unref();
  let waiting: unknown[] = [];
  let away = 0;
  let timer: NodeJS.Timeout | undefined;

  function send(): void {
    timer = undefined;
    const rows = waiting.splice(0, BATCH_ROWS);
    away = rows.length;
    if (rows.length > 0) worker.postMessage({ rows } satisfies ShadowBatch);
  }

  function take({ milliseconds, predictions }: ShadowAnswers): void {
    away = 0;
    predictions.forEach((prediction, row) =>
      observe({ milliseconds: milliseconds[row]!, failed: prediction === undefined, prediction }),
    );
    if (waiting.length > 0) send();
  }

  /** One batch is with the thread at a time; the next goes when that one is back, and none within a request. */
  const later = () => {
    if (timer === undefined && away === 0) timer = setTimeout(send, SEND_EVERY_MS).unref();
  };

  worker.on("message", take);
  worker.on("error", (error) => {
    waiting = [];
    limit = 0;
    failed(error as Error);
  });

  return {
    mirror(features) {
      if (waiting.length + away >= limit) return dropped();
      waiting.push(features);
      later();
    },
    async stop() {
      clearTimeout(timer);
      await worker.terminate();
    },
  };
}
