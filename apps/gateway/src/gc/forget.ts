import type { Digest } from "@millrace/contracts";
import { deploymentCollection, memoCollection } from "@millrace/service";
import type { RecordStore } from "@millrace/storage";
import {
  everyRecord,
  leftByRuns,
  manifestRecords,
  manifestsIn,
  jobCollection,
  observationCollection,
  progressCollection,
  YOUNG,
  type JobRecord,
  type OfRun,
} from "./gc-collections.js";
import type { Kept } from "./keep.js";
import { digestsIn } from "./mark.js";

/** How many records of which kind go. */
export type Forgotten = Record<string, number>;

interface Forgetting {
  records: RecordStore;
  kept: Kept;
  /** Memo entries that are older are forgotten. */
  since: string;
  dryRun: boolean;
}

/**
 * Removes the records that only what is not kept needs: manifests before artifacts, because a manifest promises that its
 * artifacts are there.
 */
export async function forget(given: Forgetting): Promise<Forgotten> {
  return {
    ...{ manifests: await forgetManifests(given), memo: await forgetMemo(given) },
    ...(await forgetLeftovers(given)),
    "source-progress": await forgetProgress(given),
    "rollout-observations": await forgetObservations(given),
  };
}

async function forgetManifests({ records, kept, dryRun }: Forgetting): Promise<number> {
  let count = 0;
  for await (const { key, value } of manifestsIn(records)) {
    if (kept.run(value.run, value.finishedAt)) continue;
    count++;
    if (!dryRun) await manifestRecords(records).remove(key);
  }
  return count;
}

async function forgetMemo({ records, since, dryRun }: Forgetting): Promise<number> {
  let count = 0;
  for await (const { key, value } of everyRecord(records, memoCollection)) {
    if (value.at > since) continue;
    count++;
    if (!dryRun) await records.records(memoCollection).remove(key);
  }
  return count;
}

async function forgetLeftovers({ records, kept, dryRun }: Forgetting): Promise<Forgotten> {
  const counts: Forgotten = {};
  for (const definition of leftByRuns) {
    counts[definition.name] = 0;
    for await (const { key, value, version } of everyRecord<OfRun>(records, definition)) {
      if (kept.run(value.run, YOUNG)) continue;
      counts[definition.name]!++;
      if (!dryRun) await records.records(definition).remove(key, version);
    }
  }
  return counts;
}

async function forgetProgress({ records, kept, dryRun }: Forgetting): Promise<number> {
  let count = 0;
  for await (const { key, version } of everyRecord(records, progressCollection)) {
    if (kept.source(key)) continue;
    count++;
    if (!dryRun) await records.records(progressCollection).remove(key, version);
  }
  return count;
}

/** Counts of a rollout that has ended, or of a model that serves no more. */
async function forgetObservations({ records, dryRun }: Forgetting): Promise<number> {
  let count = 0;
  for await (const { key, value } of everyRecord(records, observationCollection)) {
    const deployment = (await records.records(deploymentCollection).get(value.model))?.value;
    if (deployment !== undefined && deployment.generation <= value.generation) continue;
    count++;
    if (!dryRun) await records.records(observationCollection).remove(key);
  }
  return count;
}

export interface Swept {
  /** Artifacts that go. */
  gone: ReadonlySet<Digest>;
  /** Artifacts that stay. */
  there: ReadonlySet<Digest>;
}

/** Training jobs whose artifacts go or went before, and those without any that nobody has touched since. */
export async function forgetJobs({ records, kept, dryRun }: Omit<Forgetting, "since">, swept: Swept): Promise<number> {
  let count = 0;
  for await (const { key, value, version } of everyRecord(records, jobCollection)) {
    if (!isOver(value, swept, kept.since)) continue;
    count++;
    if (!dryRun) await records.records(jobCollection).remove(key, version);
  }
  return count;
}

/** A job that was claimed lately may be in work; one of an older version that says no date is in nobody's hands. */
function isOver(job: JobRecord, { gone, there }: Swept, since: string): boolean {
  const digests = [...digestsIn(job.result)];
  if (digests.some((digest) => gone.has(digest))) return true;
  const isOld = (job.at ?? job.claim?.expiresAt ?? "") <= since;
  return isOld && digests.every((digest) => !there.has(digest));
}
