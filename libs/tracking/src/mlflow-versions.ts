import { isMlflowError, quoted, tagEquals, type LoggedModel, type MlflowClient } from "@millrace/mlflow-client-ts";
import { inTurn } from "./in-turn.js";
import { asking } from "./mlflow-problems.js";
import type { MlflowRuns } from "./mlflow-runs.js";
import { unknownVersion } from "./problems.js";
import { KEY_TAG, type Tracking, type VersionToRegister } from "./tracking.js";

type MlflowVersions = Pick<Tracking, "registerVersion" | "tagVersion" | "setAlias" | "versionWithAlias">;

export function mlflowVersions(client: MlflowClient, { run }: MlflowRuns): MlflowVersions {
  const turn = inTurn();
  const about = <Answer>(model: string, version: string, ask: () => Promise<Answer>): Promise<Answer> =>
    asking(`model ${model}`, ask, () => unknownVersion(model, version));

  return {
    registerVersion: (wanted) =>
      turn(JSON.stringify([wanted.model, wanted.key]), async () => {
        await run(wanted.runId);
        return asking(`model ${wanted.model}`, async () => ({ version: await findOrRegister(client, wanted) }));
      }),

    async tagVersion(model, version, tags) {
      for (const [tag, value] of Object.entries(tags))
        await about(model, version, () => client.modelVersions.setTag(model, version, tag, value));
    },

    setAlias: (model, alias, version) => about(model, version, () => client.aliases.set(model, alias, version)),

    versionWithAlias: (model, alias) =>
      asking(`model ${model}`, async () => (await client.aliases.find(model, alias))?.version),
  };
}

/**
 * The version comes last, when all its files are there: a process that dies before leaves a logged model that nobody
 * refers to, and nothing else. MLflow has no put-if-absent: of two processes that register the same key in the same
 * instant each may make a version. Both then answer the lower one, and the other stays without an alias.
 */
async function findOrRegister(client: MlflowClient, wanted: VersionToRegister): Promise<string> {
  const earlier = await lowestVersion(client, wanted);
  if (earlier !== undefined) return earlier;
  await ensureModel(client, wanted.model);
  const { modelId } = await logModel(client, wanted);
  const { model: name, runId, description } = wanted;
  const tags = { ...wanted.tags, [KEY_TAG]: wanted.key };
  const from = { source: `models:/${modelId}`, runId, modelId };
  const made = await client.modelVersions.create({ name, ...from, description, tags });
  return (await lowestVersion(client, wanted)) ?? made.version;
}

async function lowestVersion(client: MlflowClient, { model, key }: VersionToRegister): Promise<string | undefined> {
  const filter = `name = ${quoted(model)} and ${tagEquals(KEY_TAG, key)}`;
  for await (const found of client.modelVersions.search({ filter, orderBy: ["version_number ASC"] })) {
    // Some databases compare without regard to case.
    if (found.name === model && found.tags[KEY_TAG] === key) return found.version;
  }
  return undefined;
}

async function ensureModel(client: MlflowClient, name: string): Promise<void> {
  try {
    await client.registeredModels.create({ name });
  } catch (error) {
    if (!isMlflowError(error, "RESOURCE_ALREADY_EXISTS")) throw error;
  }
}

async function logModel(client: MlflowClient, wanted: VersionToRegister): Promise<LoggedModel> {
  const { experimentId } = await client.experiments.getOrCreate({ name: wanted.experiment });
  const tags = { [KEY_TAG]: wanted.key };
  const about = { experimentId, name: loggedModelName(wanted.model), sourceRunId: wanted.runId, tags };
  const model = await client.loggedModels.create(about);
  for (const { path, bytes } of wanted.files) await client.loggedModels.upload(model, path, bytes);
  await client.loggedModels.finalize(model.modelId);
  await client.loggedModels.outputs(wanted.runId, [{ modelId: model.modelId }]);
  return model;
}

/** Logged models may have fewer characters in their names than registered ones. */
const loggedModelName = (model: string): string => model.replace(/[.%]/g, "-");
