import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Program } from "./program.js";
import { ARGUMENTS, CALL, DONE, FAILED, STARTED, waitUntil, type Order } from "./team-signals.js";

/** Threads that work on one kernel's memory together; the caller's is the first of them and waits for the others. */
export interface Team {
  readonly threads: number;
  /** Calls an export in every thread, each with its own arguments, and returns when all have returned. */
  run(program: Program, name: string, argumentsOf: (thread: number) => readonly number[]): void;
  close(): void;
}

/** Both from src/ and from dist/ this is the compiled thread: a thread can't load TypeScript. */
const compiledThread = new URL("../dist/team-thread.js", import.meta.url);

export const defaultThreads = (): number => availableParallelism();

/**
 * Opens a team. Where no thread can be started, or just one is asked for, the caller works alone, with the same result.
 * The threads are waited for without the event loop, so a team also works in code that is called and returns.
 */
export function openTeam(threads = defaultThreads()): Team {
  const helpers = Array.from({ length: Math.max(0, Math.floor(threads) - 1) }, (_, index) => helperOf(index + 1));
  return {
    threads: helpers.length + 1,
    run(program, name, argumentsOf) {
      for (const helper of helpers) helper.begin(program, name, argumentsOf(helper.thread));
      program.call(name, ...argumentsOf(0));
      for (const helper of helpers) helper.wait();
    },
    close: () => helpers.forEach(({ end }) => end()),
  };
}

interface Helper {
  readonly thread: number;
  begin(program: Program, name: string, values: readonly number[]): void;
  wait(): void;
  end(): void;
}

function helperOf(thread: number): Helper {
  const signals = new Int32Array(new SharedArrayBuffer(64));
  const values = new Float64Array(new SharedArrayBuffer(ARGUMENTS * 8));
  const worker = new Worker(compiledThread, { workerData: { signals, values } });
  worker.unref();
  let calls = 0;
  let opened: Program | undefined;
  waitUntil(signals, STARTED, 1);

  function begin(program: Program, name: string, given: readonly number[]): void {
    values.set(given);
    const { module, memory } = program;
    const order: Order = { name, count: given.length, ...(program !== opened && { module, memory }) };
    opened = program;
    worker.postMessage(order);
    calls += 1;
    Atomics.store(signals, CALL, calls);
    Atomics.notify(signals, CALL);
  }

  function wait(): void {
    waitUntil(signals, DONE, calls);
    if (Atomics.load(signals, FAILED) !== 0) throw new Error(`thread ${thread} of a kernel stopped`);
  }
  return { thread, begin, wait, end: () => void worker.terminate() };
}

const teams = new Map<number, Team>();

/** The team of that size that this thread keeps: to open one takes 25 ms a thread. */
export function teamOf(threads = defaultThreads()): Team {
  const known = teams.get(threads);
  if (known !== undefined) return known;
  const team = openTeam(threads);
  teams.set(threads, team);
  return team;
}
