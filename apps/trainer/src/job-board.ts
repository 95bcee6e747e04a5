import { Retry, TRAINING_JOBS_QUEUE } from "@millrace/contracts";
import { Counter, type Platform } from "@millrace/service";
import type { RecordStore } from "@millrace/storage";
import { setTimeout as wait } from "node:timers/promises";
import { openJobWait } from "./await-jobs.js";
import type { JobMeans } from "./do-job.js";
import { openFitter, type Fitter } from "./fit-pool.js";
import { openFoldCache } from "./fold-cache.js";
import { openJobRecords, type ClaimedJob } from "./job-records.js";
import { keyOf, messageOf, type Job, type JobResult, type OfferedJob } from "./job.js";
import { openSeats } from "./seats.js";
import { trainerSettingsOf } from "./settings.js";
import { openJobWorker } from "./work-on-jobs.js";

export interface ForTraining {
  readonly training: string;
  readonly timeoutMs: number;
  /** The trainer stops: another one goes on from here. */
  readonly signal: AbortSignal;
}

/** Where trainings put their jobs, and where they find what came of them. All trainers on the same stores share it. */
export interface JobBoard {
  readonly fitter: Fitter;
  /** Has a job done by whichever trainer is free; what was done before is not done again. */
  run(job: Job, about: ForTraining, withdrawn?: AbortSignal): Promise<JobResult>;
  /** Does work here, with all threads, unless it was done before; as with a job, it is given up when it killed three trainers. */
  once(key: string, about: ForTraining, work: () => Promise<JobResult>): Promise<JobResult>;
  stop(): Promise<void>;
}

const QUIET_LEASES = 4;
const TURN_MS = 100;

const boards = new WeakMap<RecordStore, JobBoard>();

/** The board that the trainer service opened on these records: a step is given stores, and no bus. */
export function boardOn(records: RecordStore): JobBoard {
  const board = boards.get(records);
  if (board === undefined) throw new Error("the trainer's service does not run on these records");
  return board;
}

export async function openJobBoard(platform: Platform): Promise<JobBoard> {
  const { records, artifacts, bus, clock, log, instance, environment, settings } = platform;
  const { threads, memoryMb } = trainerSettingsOf(environment);
  const fitter = openFitter({ threads, memoryMb });
  const stopping = new AbortController();
  const seats = openSeats(threads);
  const seconds = settings.LEASE_SECONDS;
  const jobs = openJobRecords({ records, artifacts, owner: instance, seconds, clock });
  const send = (offered: OfferedJob) =>
    bus.publish(messageOf(offered, clock()), { exchange: TRAINING_JOBS_QUEUE.exchange });
  const waiting = openJobWait({ jobs, send, clock, log, quietMs: QUIET_LEASES * seconds * 1000 });
  const means: JobMeans = { fitter, artifacts, folds: openFoldCache(artifacts), stopping: stopping.signal };
  const count = countJobs(platform);
  const worker = openJobWorker({ ...means, jobs, seats, log, count, done: waiting.told });

  async function run(job: Job, { training, timeoutMs, signal }: ForTraining, withdrawn?: AbortSignal) {
    const key = keyOf(job);
    const known = await jobs.resultFor(training, await jobs.find(key));
    if (known !== undefined) return known;
    try {
      const either = withdrawn === undefined ? signal : AbortSignal.any([signal, withdrawn]);
      return await waiting.result({ key, training, job, timeoutMs }, either);
    } catch (error) {
      if (withdrawn?.aborted && !signal.aborted) await jobs.settle(key, { problem: notNeeded, training });
      throw error;
    }
  }

  async function once(key: string, { training, signal }: ForTraining, work: () => Promise<JobResult>) {
    for (;;) {
      signal.throwIfAborted();
      const claim = await jobs.claim(key, training);
      if (claim !== undefined) return alone(key, training, claim, work);
      const known = await jobs.resultFor(training, await jobs.find(key));
      if (known !== undefined) return known;
      await wait(TURN_MS, undefined, { signal });
    }
  }

  /** What stands in the end is told, also where it is somebody else's who took this one for dead. */
  async function alone(key: string, training: string, claim: ClaimedJob, work: () => Promise<JobResult>) {
    const leave = await seats.take(seats.count);
    try {
      const result = await work();
      if (await claim.finish(result)) return result;
      return (await jobs.resultFor(training, await jobs.find(key))) ?? result;
    } catch (error) {
      await claim.release();
      throw error;
    } finally {
      leave();
    }
  }

  async function stop(): Promise<void> {
    boards.delete(records);
    stopping.abort(
      new Retry({ code: "SERVICE_STOPPING", message: "the service is stopping." }, { dependency: instance }),
    );
    await fitter.stop();
  }

  platform.onDeadLetter(({ queue, event, problem }) => {
    if (queue !== TRAINING_JOBS_QUEUE.name || event === undefined) return;
    const { key, training } = event.data as OfferedJob;
    void jobs
      .settle(key, { problem, training })
      .catch((error: unknown) => log.error("a job was lost", { job: key, error: String(error) }));
  });
  await bus.consume(TRAINING_JOBS_QUEUE.name, worker.handle, { prefetch: threads });
  const board = { fitter, run, once, stop };
  boards.set(records, board);
  return board;
}

const notNeeded = { code: "NOT_NEEDED", message: "the training did not need it any more." };

function countJobs({ metrics: { registry } }: Platform) {
  const registered = registry.getSingleMetric("millrace_training_jobs_total") as Counter<"outcome"> | undefined;
  const counter =
    registered ??
    new Counter({
      name: "millrace_training_jobs_total",
      help: "Jobs of trainings that were done here: done, failed, or late and therefore not taken",
      labelNames: ["outcome"],
      registers: [registry],
    });
  return (outcome: "done" | "failed" | "late") => counter.inc({ outcome });
}
