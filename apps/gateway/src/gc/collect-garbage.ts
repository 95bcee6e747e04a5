import type { Digest, ModelVersionRecord } from "@millrace/contracts";
import { auditCollection, versionCollection, versionKey, type Clock } from "@millrace/service";
import type { ArtifactEntry, ArtifactStore, RecordStore } from "@millrace/storage";
import { forget, forgetJobs, type Forgotten } from "./forget.js";
import type { GcSettings } from "./gc-settings.js";
import { keep, type Kept } from "./keep.js";
import { mark } from "./mark.js";

export interface GcParts {
  records: RecordStore;
  artifacts: ArtifactStore;
  clock: Clock;
  settings: GcSettings;
  /** The pipelines that there are. */
  pipelinesDir: string;
}

export interface Collected {
  dryRun: boolean;
  artifacts: number;
  bytes: number;
  kept: { artifacts: number; bytes: number; versions: number };
  /** Versions whose package goes: they can't be rolled back to any more. */
  versions: string[];
  records: Forgotten;
}

/**
 * Marks what is needed and sweeps the rest. Records go first, so a death in between leaves artifacts that the next collection
 * finds. What was put within the grace is never taken, and a step that puts an old artifact again makes it new; what was
 * referred to while the sweep was prepared is found by a second look. Two collections at once do the same work twice.
 */
export async function collectGarbage(
  { records, artifacts, clock, settings, pipelinesDir }: GcParts,
  { dryRun, by }: { dryRun: boolean; by: string },
): Promise<Collected> {
  const now = clock();
  const since = new Date(now.getTime() - settings.GC_KEEP_DAYS * 86_400_000).toISOString();
  const lookUp = () => keep({ store: records, settings, pipelinesDir, now });
  const kept = await lookUp();
  const forgotten = await forget({ records, kept, since, dryRun });
  const look = async (of: Kept) => mark({ records, artifacts, kept: of, since });
  const swept = await unmarked(await look(kept), artifacts, graceOf(now, settings));
  const again = dryRun ? new Set<Digest>() : await look(await lookUp());
  const gone = swept.gone.filter(({ digest }) => !again.has(digest));
  const taken = new Set(gone.map(({ digest }) => digest));
  const versions = kept.others.filter(({ packageDigest }) => taken.has(packageDigest as Digest));
  const there = new Set(swept.kept.map(({ digest }) => digest));
  const jobs = await forgetJobs({ records, kept, dryRun }, { gone: taken, there });
  if (!dryRun) {
    for (const version of versions) await writeDown(version, by, records, now);
    for (const { digest } of gone) await artifacts.remove(digest);
  }
  return {
    ...{ dryRun, artifacts: gone.length, bytes: bytesOf(gone), records: { ...forgotten, "training-jobs": jobs } },
    kept: { artifacts: swept.kept.length, bytes: bytesOf(swept.kept), versions: kept.versions.length },
    versions: versions.map(({ model, version }) => `${model}@${version}`),
  };
}

const graceOf = (now: Date, { GC_GRACE_HOURS }: GcSettings): Date =>
  new Date(now.getTime() - GC_GRACE_HOURS * 3_600_000);

const bytesOf = (entries: readonly ArtifactEntry[]): number => entries.reduce((sum, { size }) => sum + size, 0);

async function unmarked(marked: ReadonlySet<Digest>, artifacts: ArtifactStore, before: Date) {
  const [gone, kept]: [ArtifactEntry[], ArtifactEntry[]] = [[], []];
  for await (const entry of artifacts.list())
    (marked.has(entry.digest) || entry.modifiedAt >= before ? kept : gone).push(entry);
  return { gone, kept };
}

/** Before its package goes, so that nobody rolls back to a version that is not there any more. */
async function writeDown({ model, version }: ModelVersionRecord, by: string, records: RecordStore, now: Date) {
  const at = now.toISOString();
  await records
    .records(versionCollection)
    .update(versionKey(model, version), (current) => current && { ...current, collectedAt: at });
  const line = { model, version, at, by, kind: "collected", reason: "no rule keeps it any more" };
  await records.records(auditCollection).putIfAbsent(`${versionKey(model, version)}@collected`, line);
}
