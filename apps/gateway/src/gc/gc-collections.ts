import type { Manifest, RolloutObservation } from "@millrace/contracts";
import { defineCollection, type CollectionDefinition, type Records, type RecordStore } from "@millrace/storage";

/** What other services keep, as far as it refers to artifacts. */
export interface OfRun {
  run: string;
}

const of = <T>(name: string): CollectionDefinition<T> => defineCollection<T>({ name, indexes: {} });

/** Everything in these refers to what is still needed: the next comparison, a version that waits. */
export const alwaysKept: readonly CollectionDefinition<unknown>[] = [
  "latest-profiles",
  "serving-profiles",
  "pending-versions",
  "deployments",
].map((name) => of(name));

/** What a run left behind, which goes when the run is not kept. */
export const leftByRuns: readonly CollectionDefinition<OfRun>[] = [
  "profiles",
  "validation-references",
  "span-runs",
].map((name) => of<OfRun>(name));

/** When something was made that has no date of its own: a run that has no page yet is young. */
export const YOUNG = "9999";

/** How far a source was read, and by which spans; the trainer's and ingestion's own fields are not read here. */
export interface Progress {
  pipeline: string;
  spans: readonly { at: string }[];
}

export const progressCollection = of<Progress>("source-progress");
export const spanRunCollection = of<OfRun & { pipeline: string }>("span-runs");

export interface JobRecord {
  /** When it was written last; records of older versions do not say it. */
  at?: string;
  claim?: { expiresAt: string };
  result?: unknown;
}

/** Results of training jobs: a cache, of which each is worth something as long as its artifacts are there. */
export const jobCollection = of<JobRecord>("training-jobs");

export const observationCollection = of<RolloutObservation>("rollout-observations");

/** Every record, page by page; those that are removed meanwhile are no harm. */
export async function* everyRecord<T>(store: RecordStore, definition: CollectionDefinition<T>) {
  const records: Records<T> = store.records(definition);
  let after: string | undefined;
  do {
    const page = await records.query({ limit: 500, after });
    yield* page.records;
    after = page.next;
  } while (after !== undefined);
}

const manifestCollection = defineCollection<Manifest>({
  name: "manifests",
  indexes: { byRun: ["run", "startedAt"], byInput: ["step", "inputDigest"] },
});

export const manifestsIn = (store: RecordStore) => everyRecord(store, manifestCollection);
export const manifestRecords = (store: RecordStore) => store.records(manifestCollection);
