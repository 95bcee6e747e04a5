import { getHeapStatistics } from "node:v8";
import type { Probe } from "@millrace/contracts";
import type { LoadedModel } from "@millrace/learning";

export interface Latency {
  /** Milliseconds. */
  readonly median: number;
  readonly p99: number;
}

/** Milliseconds, from any point on. */
type Timer = () => number;

const rounds = 3;
const callsARound = 2000;
const roundMilliseconds = 250;

/**
 * How long one row takes, asked one by one as callers do. Of several rounds the fastest counts: whatever else the machine
 * does only ever adds to a time.
 */
export function measureLatency(model: LoadedModel, { rows }: Probe, now: Timer = () => performance.now()): Latency {
  askRepeatedly(model, rows, now); // lets the compiler do its work before anything is counted
  const measured = Array.from({ length: rounds }, () => summaryOf(askRepeatedly(model, rows, now)));
  return measured.reduce((best, next) => (next.p99 < best.p99 ? next : best));
}

function askRepeatedly(model: LoadedModel, rows: Probe["rows"], now: Timer): Float64Array {
  const times = new Float64Array(callsARound);
  const begin = now();
  let calls = 0;
  while (calls < callsARound && (calls < rows.length || now() - begin < roundMilliseconds)) {
    const asked = now();
    model.predictRow(rows[calls % rows.length]!);
    times[calls++] = now() - asked;
  }
  return times.subarray(0, calls).sort();
}

const summaryOf = (sorted: Float64Array): Latency => ({ median: shareOf(sorted, 0.5), p99: shareOf(sorted, 0.99) });

const shareOf = (sorted: Float64Array, share: number): number => sorted[Math.ceil(share * sorted.length) - 1]!;

/** What a call leaves in memory, about: what the garbage collector does meanwhile can't be told apart. */
export async function withMemory<Result>(work: () => Promise<Result>): Promise<{ result: Result; memory: number }> {
  const before = inUse();
  const result = await work();
  return { result, memory: Math.max(0, inUse() - before) };
}

function inUse(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
