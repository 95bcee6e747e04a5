import { setTimeout as wait } from "node:timers/promises";

const LONGEST_MS = 10_000;
const SHORTEST_MS = 100;

/** Exponential, at most 10 s, and spread over half of it, so that services do not all come back in the same instant. */
export const backOffMs = (failures: number): number =>
  Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2);

/** Waits; an abort ends it early and quietly. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  wait(ms, undefined, { signal }).catch(() => undefined);

/** Waits for the promise, but no longer than `ms`. True when it came in time. */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const late = wait(ms, false, { signal: timer.signal }).catch(() => false);
  const inTime = await Promise.race([promise.then(() => true), late]);
  timer.abort();
  return inTime;
}
