import {
  latencyMilliseconds,
  type DataOf,
  type DeployedVersion,
  type modelApproved,
  type ModelVersionRecord,
  type PipelineSpec,
} from "@millrace/contracts";
import { versionCollection, versionKey, type StepContext } from "@millrace/service";
import type { PackagedFile } from "@millrace/tracking";
import { mlflowFiles } from "./mlflow-files.js";
import { recordLineage, type Origin } from "./record-lineage.js";

type Verdict = Pick<
  DataOf<typeof modelApproved>,
  "pipeline" | "package" | "family" | "challenger" | "reason" | "report" | "tracking" | "probes"
> &
  Origin;
type Status = ModelVersionRecord["status"];
type Records = StepContext["records"];
type Context = Pick<StepContext, "run" | "records" | "artifacts" | "tracking" | "clock"> & {
  pipeline?: PipelineSpec;
  environment?: StepContext["environment"];
};

/**
 * Registers the verdict's model as the next version of its pipeline's model. A run has one version: doing it twice, or
 * two processes doing it at once, finds the one that is there. A model that is judged again keeps its number.
 */
export async function registerVersion(verdict: Verdict, status: Status, context: Context): Promise<ModelVersionRecord> {
  const claimed = await claimNumber(verdict, status, context);
  const version = await recordVerdict(claimed, verdict, status, context.records);
  await recordLineage(version, verdict, context);
  return mirror(verdict, version, context);
}

async function claimNumber(
  verdict: Verdict,
  status: Status,
  { run, records, clock, pipeline }: Context,
): Promise<ModelVersionRecord> {
  const versions = records.records(versionCollection);
  const model = verdict.pipeline;
  // In this order: a version that this run gets after the first look has a higher number, and the walk below meets it.
  const last = await versions.query({ index: "byModel", equals: { model }, order: "desc", limit: 1 });
  const own = await versionOfRun(records, run);
  if (own !== undefined) return own;
  for (let version = (last.records[0]?.value.version ?? 0) + 1; ; version++) {
    const wanted = recordOf(verdict, { version, run, status, createdAt: clock().toISOString(), ...wishesOf(pipeline) });
    const { record } = await versions.putIfAbsent(versionKey(model, version), wanted);
    if (record.value.run === run) return record.value;
  }
}

/** What the pipeline says of serving its versions. */
function wishesOf(pipeline: PipelineSpec | undefined): Pick<ModelVersionRecord, "copyTo" | "latencyBudget"> {
  const copyTo = pipeline?.promote.registered_model;
  const budget = pipeline?.serve.latency_budget;
  return {
    ...(copyTo !== undefined && { copyTo }),
    ...(budget !== undefined && { latencyBudget: latencyMilliseconds(budget) }),
  };
}

const recordOf = (
  { pipeline, package: bytes, family, challenger, reason, report, tracking, probes }: Verdict,
  own: Pick<ModelVersionRecord, "version" | "run" | "status" | "createdAt" | "copyTo" | "latencyBudget">,
): ModelVersionRecord => ({
  ...{ model: pipeline, ...own, package: bytes, packageDigest: bytes.digest },
  ...{ family, metrics: challenger, reason, report },
  tracking: { runId: tracking.runId, experiment: tracking.experiment },
  ...(probes !== undefined && { probes }),
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
    if (stands) return undefined;
    const { awaiting, ...rest } = current;
    return { ...rest, status, reason, report, ...(status === "approved" && awaiting !== undefined && { awaiting }) };
  });
  return known?.value ?? version;
}

/** Changes what is written of a version, and its status as the tracking server shows it. */
export async function changeVersion(
  model: string,
  version: number,
  change: (current: ModelVersionRecord) => ModelVersionRecord | undefined,
  { records, tracking }: Pick<Context, "records" | "tracking">,
): Promise<ModelVersionRecord | undefined> {
  const key = versionKey(model, version);
  const known = await records.records(versionCollection).update(key, (current) => current && change(current));
  const trackingVersion = known?.value.trackingVersion;
  if (trackingVersion !== undefined) await tracking.tagVersion(model, trackingVersion, tagsOf(known!.value));
  return known?.value;
}

/** A version that was taken back never serves again. */
export const rejectVersion = (
  model: string,
  version: number,
  reason: string,
  context: Pick<Context, "records" | "tracking">,
): Promise<ModelVersionRecord | undefined> =>
  changeVersion(
    model,
    version,
    ({ awaiting: _awaiting, ...current }) =>
      current.status === "rejected" ? undefined : { ...current, status: "rejected", reason },
    context,
  );

const tagsOf = ({ status, awaiting, reason }: ModelVersionRecord): Record<string, string> => ({
  ...{ status, "millrace.awaiting": awaiting ?? "nothing" },
  ...(status === "rejected" && { "millrace.reason": reason.slice(0, 500) }),
});

/** The same version on the tracking server, with its status as a tag; its number there is written down here. */
async function mirror(
  verdict: Verdict,
  version: ModelVersionRecord,
  { run, records, artifacts, tracking }: Context,
): Promise<ModelVersionRecord> {
  const { model, trackingVersion = await mirrorFiles(verdict, version, { run, artifacts, tracking }) } = version;
  await tracking.tagVersion(model, trackingVersion, tagsOf(version));
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
    files: await filesOf(version, artifacts),
    tags: fixedTags(version),
  });
  return registered.version;
}

/** What the tracking server keeps of a version: a folder that Python opens, and the package that inference loads. */
export const filesOf = async (
  { package: bytes, report }: ModelVersionRecord,
  artifacts: Pick<StepContext, "artifacts">["artifacts"],
): Promise<PackagedFile[]> => {
  const packed = await artifacts.get(bytes);
  return [
    ...(await mlflowFiles(packed)),
    { path: "model.millrace", bytes: packed },
    { path: "report.json", bytes: await artifacts.get(report) },
  ];
};

export const fixedTags = ({ version, packageDigest }: ModelVersionRecord): Record<string, string> => ({
  "millrace.version": String(version),
  "millrace.package": packageDigest,
});

export const versionOfRun = async (records: Records, run: string): Promise<ModelVersionRecord | undefined> =>
  (await records.records(versionCollection).query({ index: "byRun", equals: { run }, limit: 1 })).records[0]?.value;

export const versionOf = async (
  records: Records,
  model: string,
  version: number,
): Promise<ModelVersionRecord | undefined> =>
  (await records.records(versionCollection).get(versionKey(model, version)))?.value;

export const deployed = ({ version, package: bytes, probes, latencyBudget }: ModelVersionRecord): DeployedVersion => ({
  ...{ version, package: bytes },
  ...(probes !== undefined && { probes }),
  ...(latencyBudget !== undefined && { latencyBudget }),
});
