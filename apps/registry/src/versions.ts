import type { DataOf, DeployedVersion, modelApproved, ModelVersionRecord } from "@millrace/contracts";
import { versionCollection, versionKey, type StepContext } from "@millrace/service";

type Verdict = Pick<
  DataOf<typeof modelApproved>,
  "pipeline" | "package" | "family" | "challenger" | "reason" | "report" | "tracking"
>;
type Status = ModelVersionRecord["status"];
type Records = StepContext["records"];
type Context = Pick<StepContext, "run" | "records" | "artifacts" | "tracking" | "clock">;

/**
 * Registers the verdict's model as the next version of its pipeline's model. A run has one version: doing it twice, or
 * two processes doing it at once, finds the one that is there. A model that is judged again keeps its number.
 */
export async function registerVersion(verdict: Verdict, status: Status, context: Context): Promise<ModelVersionRecord> {
  const claimed = await claimNumber(verdict, status, context);
  const version = await recordVerdict(claimed, verdict, status, context.records);
  return mirror(verdict, version, context);
}

async function claimNumber(
  verdict: Verdict,
  status: Status,
  { run, records, clock }: Context,
): Promise<ModelVersionRecord> {
  const versions = records.records(versionCollection);
  const model = verdict.pipeline;
  // In this order: a version that this run gets after the first look has a higher number, and the walk below meets it.
  const last = await versions.query({ index: "byModel", equals: { model }, order: "desc", limit: 1 });
  const own = await versionOfRun(records, run);
  if (own !== undefined) return own;
  for (let version = (last.records[0]?.value.version ?? 0) + 1; ; version++) {
    const wanted = recordOf(verdict, { version, run, status, createdAt: clock().toISOString() });
    const { record } = await versions.putIfAbsent(versionKey(model, version), wanted);
    if (record.value.run === run) return record.value;
  }
}

const recordOf = (
  { pipeline, package: bytes, family, challenger, reason, report }: Verdict,
  own: Pick<ModelVersionRecord, "version" | "run" | "status" | "createdAt">,
): ModelVersionRecord => ({
  ...{ model: pipeline, ...own, package: bytes, packageDigest: bytes.digest },
  ...{ family, metrics: challenger, reason, report },
});

/** A later verdict stands in place of an earlier one. A rejection is a run's last: what comes after it is a duplicate. */
async function recordVerdict(
  version: ModelVersionRecord,
  { reason, report }: Verdict,
  status: Status,
  records: Records,
): Promise<ModelVersionRecord> {
  const key = versionKey(version.model, version.version);
  const known = await records.records(versionCollection).update(key, (current = version) => {
    const stands = current.status === "rejected" || (current.status === status && current.reason === reason);
    return stands ? undefined : { ...current, status, reason, report };
  });
  return known?.value ?? version;
}

/** The same version on the tracking server, with its status as a tag; its number there is written down here. */
async function mirror(
  verdict: Verdict,
  version: ModelVersionRecord,
  { run, records, artifacts, tracking }: Context,
): Promise<ModelVersionRecord> {
  const { model, trackingVersion = await mirrorFiles(verdict, version, { run, artifacts, tracking }) } = version;
  await tracking.tagVersion(model, trackingVersion, { status: version.status });
  if (version.trackingVersion !== undefined) return version;
  const known = await records
    .records(versionCollection)
    .update(versionKey(model, version.version), (current = version) => ({ ...current, trackingVersion }));
  return known!.value;
}

async function mirrorFiles(
  verdict: Verdict,
  version: ModelVersionRecord,
  { run, artifacts, tracking }: Pick<Context, "run" | "artifacts" | "tracking">,
): Promise<string> {
  const registered = await tracking.registerVersion({
    ...{ key: run, model: version.model, description: version.reason },
    ...verdict.tracking,
    files: [
      { path: "model.millrace", bytes: await artifacts.get(version.package) },
      { path: "report.json", bytes: await artifacts.get(version.report) },
    ],
    tags: { "millrace.version": String(version.version), "millrace.package": version.packageDigest },
  });
  return registered.version;
}

export const versionOfRun = async (records: Records, run: string): Promise<ModelVersionRecord | undefined> =>
  (await records.records(versionCollection).query({ index: "byRun", equals: { run }, limit: 1 })).records[0]?.value;

export const versionOf = async (
  records: Records,
  model: string,
  version: number,
): Promise<ModelVersionRecord | undefined> =>
  (await records.records(versionCollection).get(versionKey(model, version)))?.value;

export const deployed = ({ version, package: bytes }: ModelVersionRecord): DeployedVersion => ({
  version,
  package: bytes,
});
