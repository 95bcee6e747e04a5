import type { CompiledKernel, KernelMemory } from "./web-assembly.js";

/** The numbers by which a team's threads tell each other how far they are; each only grows. */
export const STARTED = 0;
export const CALL = 1;
export const DONE = 2;
export const FAILED = 3;

/** More than any kernel has. */
export const ARGUMENTS = 64;

/** What a thread is to do; module and memory where they are others than last time. */
export interface Order {
  readonly name: string;
  readonly count: number;
  readonly module?: CompiledKernel;
  readonly memory?: KernelMemory;
}

/** Turns of waiting before a thread sleeps: to be woken takes longer than most waits, so long as every thread has a core. */
const FEWEST = 5_000;
const MOST = 100_000;

/** Halves with every wait that was in vain, because the other thread may be waiting for this one's core. */
let patience = MOST;

export function waitUntil(signals: Int32Array, signal: number, wanted: number): void {
  for (let spin = 0; spin < patience; spin++) {
    if (Atomics.load(signals, signal) < wanted) continue;
    patience = Math.min(MOST, patience + (patience >> 3));
    return;
  }
  patience = Math.max(FEWEST, patience >> 1);
  for (;;) {
    const now = Atomics.load(signals, signal);
    if (now >= wanted) return;
    Atomics.wait(signals, signal, now);
  }
}
