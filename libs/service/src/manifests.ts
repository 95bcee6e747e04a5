import type { Digest, Manifest } from "@millrace/contracts";
import { defineCollection, type RecordStore, type Records } from "@millrace/storage";

export const manifestCollection = defineCollection<Manifest>({
  name: "manifests",
  indexes: { byRun: ["run", "startedAt"], byInput: ["step", "inputDigest"] },
});

export interface Manifests {
  /** What this run's step did with this input, if it did it. */
  find(run: string, step: string, inputDigest: Digest): Promise<Manifest | undefined>;
  /** What the same step of any run did with the same input. */
  findSame(step: string, inputDigest: Digest): Promise<Manifest | undefined>;
  /** Writes the manifest unless there is one; either way the one that stands is returned. */
  write(manifest: Manifest): Promise<Manifest>;
  ofRun(run: string): Promise<Manifest[]>;
  /** Forgets what the steps did, so that they are done again. */
  forget(manifests: readonly Manifest[]): Promise<void>;
}

const keyOf = (run: string, step: string, inputDigest: Digest): string => `${run}/${step}/${inputDigest.slice(7, 39)}`;

export function openManifests(store: RecordStore): Manifests {
  const records: Records<Manifest> = store.records(manifestCollection);
  return {
    find: async (run, step, inputDigest) => (await records.get(keyOf(run, step, inputDigest)))?.value,
    findSame: async (step, inputDigest) =>
      (await records.query({ index: "byInput", equals: { step, inputDigest }, limit: 1 })).records[0]?.value,
    write: async (manifest) =>
      (await records.putIfAbsent(keyOf(manifest.run, manifest.step, manifest.inputDigest), manifest)).record.value,
    ofRun: async (run) =>
      (await records.query({ index: "byRun", equals: { run }, limit: 200 })).records.map(({ value }) => value),
    forget: async (manifests) => {
      for (const { run, step, inputDigest } of manifests) await records.remove(keyOf(run, step, inputDigest));
    },
  };
}
