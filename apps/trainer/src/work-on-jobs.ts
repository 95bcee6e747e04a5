import { setTimeout as wait } from "node:timers/promises";
import type { Delivery, Detached } from "@millrace/messaging";
import type { Log } from "@millrace/service";
import { doJob, type JobMeans } from "./do-job.js";
import type { ClaimedJob, JobRecords } from "./job-records.js";
import type { JobResult, OfferedJob } from "./job.js";
import type { Seats } from "./seats.js";

export interface JobWorkerParts extends JobMeans {
  readonly jobs: JobRecords;
  readonly seats: Seats;
  readonly log: Pick<Log, "info" | "warn">;
  /** Told of every job that is done here. */
  readonly done: (key: string, result: JobResult) => void;
  readonly count: (outcome: "done" | "failed" | "late") => void;
}

/** Well below the half hour after which RabbitMQ takes a message for lost that is not acknowledged. */
const HELD_MS = 60_000;

/** Takes a job from the queue, unless it is done or someone who lives does it; whoever waits for it watches over that one. */
export function openJobWorker(parts: JobWorkerParts) {
  const { jobs, seats, done, count, log } = parts;

  async function handle({ event }: Pick<Delivery, "event">): Promise<Detached | void> {
    const offered = event.data as OfferedJob;
    const leave = await seats.take(1);
    const claim = await jobs.claim(offered.key, offered.training).catch((error: unknown) => {
      leave();
      throw error;
    });
    if (claim === undefined) return leave();
    const work = perform(offered, claim, leave);
    const held = new AbortController();
    const long = wait(HELD_MS, true as const, { ref: false, signal: held.signal }).catch(() => false);
    const isLong = await Promise.race([long, work.then(() => false)]).finally(() => held.abort());
    if (isLong) return { behind: work };
  }

  async function perform(offered: OfferedJob, claim: ClaimedJob, leave: () => void): Promise<void> {
    const free = await aloneIfSuspect(claim, leave);
    try {
      const result = await doJob(offered, parts);
      if (await claim.finish(result)) tell(offered, result);
      else tellLate(offered);
    } catch (error) {
      await claim.release();
      throw error;
    } finally {
      free();
    }
  }

  /** A job over which a trainer was lost is done with no other beside it, so that these are not taken for guilty too. */
  async function aloneIfSuspect({ losses }: ClaimedJob, leave: () => void): Promise<() => void> {
    if (losses === 0) return leave;
    leave();
    return seats.take(seats.count);
  }

  function tell({ key, job }: OfferedJob, result: JobResult): void {
    count("problem" in result ? "failed" : "done");
    log.info("job done", {
      job: key,
      family: job.setting.family,
      ...("problem" in result && { code: result.problem.code }),
    });
    done(key, result);
  }

  function tellLate({ key, job }: OfferedJob): void {
    count("late");
    log.warn("a result came too late and was not taken", { job: key, family: job.setting.family });
  }

  return { handle };
}
