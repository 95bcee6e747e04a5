import type { Problem } from "@millrace/contracts";
import { isLeaseOver, newLease, type Clock, type Lease } from "@millrace/service";
import { defineCollection, type ArtifactStore, type RecordStore } from "@millrace/storage";
import { isProblem, type JobResult } from "./job.js";

/** What is known of a job. The fence grows with each claim: whoever writes with an older one is refused. */
export interface JobRecord {
  readonly fence: number;
  /** How many of those who claimed it were lost over it. */
  readonly losses: number;
  readonly claim?: Lease;
  readonly result?: JobResult;
  /** When it was written last: what nobody touched for long is collected. */
  readonly at?: string;
}

export const jobCollection = defineCollection<JobRecord>({ name: "training-jobs", indexes: {} });

const MOST_LOSSES = 3;

export interface ClaimedJob {
  readonly losses: number;
  /** False where somebody else has claimed it since: the result is not taken. */
  finish(result: JobResult): Promise<boolean>;
  /** Gives it back undone. */
  release(): Promise<void>;
}

export interface JobRecords {
  find(key: string): Promise<JobRecord | undefined>;
  /** What stands for this training: a result whose artifacts are all there, or a problem that was not another training's. */
  resultFor(training: string, record: JobRecord | undefined): Promise<JobResult | undefined>;
  /** Undefined where it is done, or where someone who lives does it. */
  claim(key: string, training: string): Promise<ClaimedJob | undefined>;
  /** Gives a result to a job that nobody does. */
  settle(key: string, result: JobResult): Promise<void>;
}

interface Parts {
  readonly records: RecordStore;
  readonly artifacts: Pick<ArtifactStore, "has">;
  readonly owner: string;
  readonly seconds: number;
  readonly clock: Clock;
}

export function openJobRecords({ records, artifacts, owner, seconds, clock }: Parts): JobRecords {
  const jobs = records.records(jobCollection);
  const lease = () => newLease({ owner, seconds, clock });
  const at = () => clock().toISOString();
  const isClaimed = ({ claim }: JobRecord) => claim !== undefined && !isLeaseOver(claim, clock());

  async function resultFor(training: string, record: JobRecord | undefined) {
    const result = record?.result;
    if (result === undefined || !standsFor(training, result)) return undefined;
    const artifact = isProblem(result) ? undefined : "package" in result ? result.package : result.outOfFold;
    return artifact === undefined || (await artifacts.has(artifact)) ? result : undefined;
  }

  async function claim(key: string, training: string): Promise<ClaimedJob | undefined> {
    const known = (await jobs.get(key))?.value;
    if ((await resultFor(training, known)) !== undefined) return undefined;
    let mine: JobRecord | undefined;
    await jobs.update(key, (current) => {
      mine = undefined;
      if (current?.result !== undefined && finishedSince(known, current)) return undefined;
      if (current !== undefined && isClaimed(current)) return undefined;
      const next = { ...claimed(current, training, lease()), at: at() };
      if (next.claim !== undefined) mine = next;
      return next;
    });
    return mine && hold(key, mine);
  }

  function hold(key: string, { fence, losses }: JobRecord): ClaimedJob {
    const ifMine = async (next: () => JobRecord): Promise<boolean> => {
      let is = false;
      await jobs.update(key, (current) => {
        is = current?.fence === fence && current.claim !== undefined;
        return is ? next() : undefined;
      });
      return is;
    };
    const renew = () => void ifMine(() => ({ fence, losses, claim: lease(), at: at() })).catch(() => undefined);
    const beat = setInterval(renew, (seconds * 1000) / 3).unref();
    const end = (result?: JobResult) => {
      clearInterval(beat);
      return ifMine(() => ({ fence, losses, ...(result && { result }), at: at() }));
    };
    return { losses, finish: end, release: async () => void (await end()) };
  }

  async function settle(key: string, result: JobResult): Promise<void> {
    await jobs.update(key, (current) => {
      if (current !== undefined && (isClaimed(current) || current.result !== undefined)) return undefined;
      return { fence: current?.fence ?? 0, losses: 0, result, at: at() };
    });
  }

  return { find: async (key) => (await jobs.get(key))?.value, resultFor, claim, settle };
}

const finishedSince = (known: JobRecord | undefined, { fence }: JobRecord): boolean =>
  known?.result === undefined || known.fence !== fence;

/** The record with one more claim, or given up where too many were lost over it. */
function claimed(current: JobRecord | undefined, training: string, lease: Lease): JobRecord {
  const { fence = 0, losses = 0, claim, result } = current ?? {};
  const lost = result !== undefined ? 0 : losses + (claim === undefined ? 0 : 1);
  if (lost < MOST_LOSSES) return { fence: fence + 1, losses: lost, claim: lease };
  return { fence, losses: lost, result: { problem: poisoned, training } };
}

const standsFor = (training: string, result: JobResult): boolean =>
  !isProblem(result) || result.training === undefined || result.training === training;

const poisoned: Problem = {
  code: "CANDIDATE_POISONED",
  message: `${MOST_LOSSES} trainers were lost while they fitted it.`,
  remedy: "See in their logs why they ended: less memory than it needs is the usual reason.",
};
