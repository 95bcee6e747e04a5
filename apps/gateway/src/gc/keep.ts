import { hasEnded, type DeploymentRecord, type ModelVersionRecord } from "@millrace/contracts";
import { deploymentCollection, versionCollection } from "@millrace/service";
import type { RecordStore } from "@millrace/storage";
import { runCollection } from "../run-records.js";
import { everyRecord } from "./gc-collections.js";
import type { GcSettings } from "./gc-settings.js";
import { keptSources } from "./kept-sources.js";

export interface Kept {
  versions: ModelVersionRecord[];
  /** Approved or rejected versions whose package is not kept. */
  others: ModelVersionRecord[];
  /** Whether what a run made is kept; `at` is when it was made, for runs that have no page. */
  run(run: string, at: string): boolean;
  /** Whether how far a source was read is kept. */
  source(key: string): boolean;
  /** Since when what has no run of its own is kept: the longest of GC_KEEP_DAYS and of the runs that go on. */
  since: string;
}

export interface Keeping {
  store: RecordStore;
  settings: GcSettings;
  pipelinesDir: string;
  now: Date;
}

/** What nobody may take: see docs/models.md. */
export async function keep({ store, settings, pipelinesDir, now }: Keeping): Promise<Kept> {
  const since = new Date(now.getTime() - settings.GC_KEEP_DAYS * 86_400_000).toISOString();
  const { kept, others } = await keptVersions(store, settings.GC_KEEP_VERSIONS);
  const runs = new Set(kept.map(({ run }) => run));
  const gone = new Set<string>();
  let alive = since;
  for await (const { value: run } of everyRecord(store, runCollection)) {
    if (!hasEnded(run.status) && run.startedAt < alive) alive = run.startedAt;
    if (!hasEnded(run.status) || run.updatedAt > since) runs.add(run.run);
    else if (!runs.has(run.run)) gone.add(run.run);
  }
  const isKept = (run: string, at: string) => runs.has(run) || (!gone.has(run) && at > since);
  const source = await keptSources({ records: store, kept: { run: isKept }, pipelinesDir, since });
  return { versions: kept, others, run: isKept, source, since: alive };
}

async function keptVersions(store: RecordStore, newest: number) {
  const deployed = await deployedVersions(store);
  const [kept, others]: [ModelVersionRecord[], ModelVersionRecord[]] = [[], []];
  for (const [model, versions] of await versionsByModel(store)) {
    const last = new Set(
      versions
        .map(({ version }) => version)
        .sort((a, b) => b - a)
        .slice(0, newest),
    );
    const isKept = ({ version, awaiting }: ModelVersionRecord) =>
      last.has(version) || awaiting !== undefined || deployed.has(`${model}@${version}`);
    for (const version of versions) (isKept(version) ? kept : others).push(version);
  }
  return { kept, others };
}

async function versionsByModel(store: RecordStore): Promise<Map<string, ModelVersionRecord[]>> {
  const models = new Map<string, ModelVersionRecord[]>();
  for await (const { value } of everyRecord(store, versionCollection))
    models.set(value.model, [...(models.get(value.model) ?? []), value]);
  return models;
}

async function deployedVersions(store: RecordStore): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const { value } of everyRecord(store, deploymentCollection))
    for (const version of versionsIn(value)) found.add(`${value.model}@${version}`);
  return found;
}

const versionsIn = ({ champion, previous, rollout }: DeploymentRecord): number[] =>
  [champion, previous, rollout].flatMap((one) => (one === undefined ? [] : [one.version]));
