import { canonicalJson, type DeploymentRecord, type ModelVersionRecord } from "@millrace/contracts";
import type { StepContext } from "@millrace/service";

type Settings = StepContext["settings"];

/** Copies a version to the production bucket; doing it again writes the same bytes under the same key. */
export async function exportModel(
  version: ModelVersionRecord,
  promoted: DeploymentRecord,
  { artifacts, settings }: Pick<StepContext, "artifacts" | "settings">,
): Promise<void> {
  const bucket = settings.MODEL_BUCKET_NAME;
  const folder = folderOf(settings, version.model, version.version);
  const { package: bytes, report } = version;
  const key = `${folder}/model.millrace`;
  await artifacts.putNamed(bucket, key, await artifacts.get(bytes), "application/vnd.millrace.model");
  const metadata = canonicalJson({
    ...{ model: version.model, version: version.version, run: version.run, generation: promoted.generation },
    ...{ promoted_at: promoted.updatedAt, created_at: version.createdAt, reason: promoted.reason },
    ...{ package: bytes.digest, bytes: bytes.size, report: report.digest },
    ...{ family: version.family, metrics: version.metrics },
  });
  await artifacts.putNamed(bucket, `${folder}/metadata.json`, Buffer.from(metadata), "application/json");
}

export const exportedTo = (settings: Settings, model: string, version: number): string =>
  `${settings.MODEL_BUCKET_NAME}/${folderOf(settings, model, version)}`;

const folderOf = (settings: Settings, model: string, version: number): string =>
  `${settings.MODEL_PUSHER_S3_KEY}/${model}/${version}`;
