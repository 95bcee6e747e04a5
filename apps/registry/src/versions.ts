import type { ArtifactRef, DataOf, modelApproved, ModelVersionRecord } from "@millrace/contracts";
import { versionCollection, versionKey, type StepContext } from "@millrace/service";
import { nameModelFiles } from "./model-files.js";

type Verdict = Pick<
  DataOf<typeof modelApproved>,
  "pipeline" | "package" | "family" | "challenger" | "reason" | "report" | "tracking"
>;

/**
 * Registers the verdict's model as the next version of its pipeline's model. A run has one version: doing it twice, or
 * two processes doing it at once, finds the one that is there.
 */
export async function registerVersion(
  verdict: Verdict,
  status: ModelVersionRecord["status"],
  context: Pick<StepContext, "run" | "records" | "artifacts" | "tracking" | "clock">,
): Promise<ModelVersionRecord> {
  const version = await claimNumber(verdict, status, context);
  return version.trackingVersion === undefined ? mirror(verdict, version, context) : version;
}

async function claimNumber(
  verdict: Verdict,
  status: ModelVersionRecord["status"],
  { run, records, clock }: Pick<StepContext, "run" | "records" | "clock">,
): Promise<ModelVersionRecord> {
  const versions = records.records(versionCollection);
  const model = verdict.pipeline;
  const own = await versions.query({ index: "byRun", equals: { run }, limit: 1 });
  if (own.records[0] !== undefined) return own.records[0].value;
  const last = await versions.query({ index: "byModel", equals: { model }, order: "desc", limit: 1 });
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
  ...{
    model: pipeline,
    ...own,
    package: bytes,
    packageDigest: bytes.digest,
    family,
    metrics: challenger,
    reason,
    report,
  },
});

/** The same version on the tracking server, with its tag; written down here once it is there. */
async function mirror(
  verdict: Verdict,
  version: ModelVersionRecord,
  { run, records, artifacts, tracking }: Pick<StepContext, "run" | "records" | "artifacts" | "tracking">,
): Promise<ModelVersionRecord> {
  const { version: trackingVersion } = await tracking.registerVersion({
    key: run,
    model: version.model,
    ...verdict.tracking,
    files: nameModelFiles(await artifacts.get(verdict.package), await artifacts.get(verdict.report)),
    tags: {
      "millrace.version": String(version.version),
      "millrace.package": version.packageDigest,
      status: version.status,
    },
    description: version.reason,
  });
  await tracking.tagVersion(version.model, trackingVersion, { [version.status]: "true" });
  const known = await records
    .records(versionCollection)
    .update(versionKey(version.model, version.version), (current) => ({ ...(current ?? version), trackingVersion }));
  return known!.value;
}

export async function versionOf(
  records: StepContext["records"],
  model: string,
  version: number,
): Promise<ModelVersionRecord | undefined> {
  return (await records.records(versionCollection).get(versionKey(model, version)))?.value;
}

export const deployed = ({ version, package: bytes }: { version: number; package: ArtifactRef }) => ({
  version,
  package: bytes,
});
