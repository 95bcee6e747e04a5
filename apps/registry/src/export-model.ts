import { canonicalJson, type ModelVersionRecord } from "@millrace/contracts";
import type { StepContext } from "@millrace/service";

/** Copies a version to the production bucket; doing it again writes the same bytes under the same key. */
export async function exportModel(
  version: ModelVersionRecord,
  { artifacts, settings }: Pick<StepContext, "artifacts" | "settings">,
): Promise<string> {
  const folder = `${settings.MODEL_PUSHER_S3_KEY}/${version.model}/${version.version}`;
  const bucket = settings.MODEL_BUCKET_NAME;
  const metadata = canonicalJson({
    ...{ model: version.model, version: version.version, run: version.run, package: version.package.digest },
    ...{ family: version.family, metrics: version.metrics, created_at: version.createdAt },
  });
  await artifacts.putNamed(
    bucket,
    `${folder}/model.millrace`,
    await artifacts.get(version.package),
    "application/vnd.millrace.model",
  );
  await artifacts.putNamed(bucket, `${folder}/metadata.json`, Buffer.from(metadata), "application/json");
  return `${bucket}/${folder}`;
}
