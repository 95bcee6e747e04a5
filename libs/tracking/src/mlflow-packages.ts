import { shortDigestOf } from "@millrace/contracts";
import { tagEquals, type LoggedModel, type MlflowClient, type Run } from "@millrace/mlflow-client-ts";
import { KEY_TAG, type VersionToRegister } from "./tracking.js";

/** Where a version's files are, as a version of a registered model refers to it. */
export interface StoredPackage {
  source: string;
  modelId?: string;
}

const MODEL_TAG = "millrace.model";

/** Keeps a version's files on the server. Done again it finds what it made before: MLflow cannot make only-if-absent. */
export function mlflowPackages(client: MlflowClient): (wanted: VersionToRegister, run: Run) => Promise<StoredPackage> {
  let known: boolean | undefined;
  const hasLoggedModels = async () => (known ??= Number.parseInt(await client.server.version(), 10) !== 2);
  return async (wanted, run) =>
    (await hasLoggedModels()) ? logModel(client, wanted, run) : keepInRun(client, wanted, run);
}

/** MLflow 2 has no models but those in a run's artifacts. */
async function keepInRun(client: MlflowClient, wanted: VersionToRegister, run: Run): Promise<StoredPackage> {
  const folder = `models/${shortDigestOf([wanted.model, wanted.key], 16)}`;
  for (const { path, bytes } of wanted.files)
    await client.artifacts.upload(run.artifactUri, `${folder}/${path}`, bytes);
  return { source: `${run.artifactUri}/${folder}` };
}

async function logModel(client: MlflowClient, wanted: VersionToRegister, { runId }: Run): Promise<StoredPackage> {
  const { experimentId } = await client.experiments.getOrCreate({ name: wanted.experiment });
  const model =
    (await earlierModel(client, experimentId, wanted)) ?? (await newModel(client, experimentId, wanted, runId));
  if (model.status !== "LOGGED_MODEL_READY") {
    for (const { path, bytes } of wanted.files) await client.loggedModels.upload(model, path, bytes);
    await client.loggedModels.finalize(model.modelId);
  }
  await client.loggedModels.outputs(runId, [{ modelId: model.modelId }]);
  return { source: `models:/${model.modelId}`, modelId: model.modelId };
}

const newModel = (client: MlflowClient, experimentId: string, { model, key }: VersionToRegister, sourceRunId: string) =>
  client.loggedModels.create({
    ...{ experimentId, name: loggedModelName(model), sourceRunId },
    tags: { [KEY_TAG]: key, [MODEL_TAG]: model },
  });

async function earlierModel(
  client: MlflowClient,
  experimentId: string,
  { key, model }: VersionToRegister,
): Promise<LoggedModel | undefined> {
  const orderBy = [{ field: "creation_timestamp" }];
  const search = { experimentIds: [experimentId], filter: tagEquals(KEY_TAG, key), orderBy };
  for await (const found of client.loggedModels.search(search))
    if (found.tags[KEY_TAG] === key && found.tags[MODEL_TAG] === model) return found;
  return undefined;
}

/** Logged models may have fewer characters in their names than registered ones. */
const loggedModelName = (model: string): string => model.replace(/[.%]/g, "-");
