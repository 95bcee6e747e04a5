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

/** Short waits are turned into a loop: to sleep and to be woken takes longer than most of them. */
const SPINS = 5_000;

export function waitUntil(signals: Int32Array, signal: number, wanted: number): void {
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(signals, signal) >= wanted) return;
  for (;;) {
    const now = Atomics.load(signals, signal);
    if (now >= wanted) return;
    Atomics.wait(signals, signal, now);
  }
}
