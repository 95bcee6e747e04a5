import { setTimeout as wait } from "node:timers/promises";
import { isLeaseOver, type Clock, type Log } from "@millrace/service";
import type { JobRecord, JobRecords } from "./job-records.js";
import type { JobResult, OfferedJob } from "./job.js";

interface Awaited {
  readonly offered: OfferedJob;
  readonly resolve: (result: JobResult) => void;
  /** The claim that was found to be over when it was sent again. */
  lostFence?: number;
}

interface Parts {
  readonly jobs: JobRecords;
  readonly send: (offered: OfferedJob) => Promise<void>;
  readonly clock: Clock;
  readonly log: Pick<Log, "warn">;
  /** After so long without any result everything that nobody does is sent again. */
  readonly quietMs: number;
}

const LEAST_PAUSE_MS = 25;
const MOST_PAUSE_MS = 250;
/** Jobs are done in about the order in which they were sent: only the first of them can have a result. */
const LOOKED_AT = 64;

/** Waits for jobs that are done somewhere, and sends again what was lost: a trainer that died, a message that is gone. */
export function openJobWait({ jobs, send, clock, log, quietMs }: Parts) {
  const awaited = new Set<Awaited>();
  let watching: Promise<void> | undefined;
  let moved = 0;

  /** Sends the job and waits for its result. What is withdrawn is not waited for any more. */
  async function result(offered: OfferedJob, signal: AbortSignal): Promise<JobResult> {
    signal.throwIfAborted();
    let one: Awaited | undefined;
    const arrived = new Promise<JobResult>((resolve, reject) => {
      one = { offered, resolve };
      awaited.add(one);
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
    arrived.catch(() => undefined);
    try {
      await send(offered);
      watching ??= watch().finally(() => (watching = undefined));
      return await arrived;
    } finally {
      awaited.delete(one!);
    }
  }

  /** A job was done in this process: nobody has to look for it. */
  function told(key: string, result: JobResult): void {
    moved = clock().getTime();
    for (const one of awaited) if (one.offered.key === key) one.resolve(result);
  }

  async function watch(): Promise<void> {
    moved = clock().getTime();
    for (let pause = LEAST_PAUSE_MS; awaited.size > 0;) {
      await wait(pause, undefined, { ref: false });
      const found = await look().catch((error: unknown) =>
        log.warn("jobs could not be looked at", { error: String(error) }),
      );
      pause = found === true ? LEAST_PAUSE_MS : Math.min(MOST_PAUSE_MS, pause * 1.5);
    }
  }

  async function look(): Promise<boolean> {
    const quiet = clock().getTime() - moved > quietMs;
    if (quiet) moved = clock().getTime();
    const some = quiet ? [...awaited] : [...awaited].slice(0, LOOKED_AT);
    const found = await Promise.all(some.map((one) => lookAt(one, quiet)));
    return found.some(Boolean);
  }

  async function lookAt(one: Awaited, quiet: boolean): Promise<boolean> {
    const { key, training } = one.offered;
    const record = await jobs.find(key);
    const result = await jobs.resultFor(training, record);
    if (result !== undefined) {
      moved = clock().getTime();
      one.resolve(result);
    } else if (isLost(one, record) || (quiet && record?.claim === undefined)) {
      log.warn("a job is sent again", { job: key, run: training, losses: record?.losses });
      await send(one.offered);
    }
    return result !== undefined;
  }

  /** Once for each claim that came to nothing. */
  function isLost(one: Awaited, record: JobRecord | undefined): boolean {
    if (record === undefined || one.lostFence === record.fence) return false;
    const over = record.claim !== undefined && isLeaseOver(record.claim, clock());
    if (over || record.result !== undefined) one.lostFence = record.fence;
    return over || record.result !== undefined;
  }

  return { result, told };
}
