import { isMlflowError, quoted, tagEquals, type MlflowClient, type ModelVersion } from "@millrace/mlflow-client-ts";
import { BY_KEY_TAG, keyOfVersion, versionByKey } from "./by-key.js";
import { inTurn } from "./in-turn.js";
import { mlflowPackages } from "./mlflow-packages.js";
import { asking } from "./mlflow-problems.js";
import type { MlflowRuns } from "./mlflow-runs.js";
import { notYetMirrored, unknownVersion } from "./problems.js";
import { KEY_TAG, type Tracking, type VersionToRegister } from "./tracking.js";

type MlflowVersions = Pick<Tracking, "registerVersion" | "tagVersion" | "setAlias" | "removeAlias" | "getAlias">;

export function mlflowVersions(client: MlflowClient, { run }: Pick<MlflowRuns, "run">): MlflowVersions {
  const turn = inTurn();
  const keep = mlflowPackages(client);
  const about = <Answer>(model: string, version: string, ask: (number: string) => Promise<Answer>): Promise<Answer> =>
    asking(
      `model ${model}`,
      async () => ask(await numberOf(client, model, version)),
      () => unknownVersion(model, version),
    );

  /**
   * The version comes last, when all its files are there. MLflow has no put-if-absent: of two processes that register the
   * same key in the same instant each may make a version. Both then answer the lower one, and the other has no alias.
   */
  async function findOrRegister(wanted: VersionToRegister): Promise<ModelVersion> {
    const { model: name, key, description } = wanted;
    const earlier = await lowestVersion(client, name, key);
    if (earlier !== undefined) return earlier;
    const source = await run(wanted.runId);
    await ensureModel(client, name);
    const tags = { ...wanted.tags, [KEY_TAG]: key };
    const from = await keep(wanted, source);
    const made = await client.modelVersions.create({ name, ...from, runId: source.runId, description, tags });
    return (await lowestVersion(client, name, key)) ?? made;
  }

  return {
    registerVersion: (wanted) =>
      turn(JSON.stringify([wanted.model, wanted.key]), async () => {
        await run(wanted.runId);
        return asking(`model ${wanted.model}`, async () => ({ version: nameOf(await findOrRegister(wanted)) }));
      }),

    tagVersion: (model, version, tags) =>
      about(model, version, async (number) => {
        for (const [tag, value] of Object.entries(tags)) await client.modelVersions.setTag(model, number, tag, value);
      }),

    setAlias: (model, alias, version) => about(model, version, (number) => client.aliases.set(model, alias, number)),

    removeAlias: (model, alias) =>
      asking(`model ${model}`, async () => {
        const found = await client.aliases.find(model, alias);
        if (found !== undefined) await client.aliases.delete(model, alias);
      }),

    getAlias: (model, alias) =>
      asking(`model ${model}`, async () => {
        const found = await client.aliases.find(model, alias);
        return found && nameOf(found);
      }),
  };
}

/** What a version is called here: the server's number, unless it was given out before there was one. */
const nameOf = ({ version, tags: { [BY_KEY_TAG]: byKey, [KEY_TAG]: key } }: ModelVersion): string =>
  byKey !== undefined && key !== undefined ? versionByKey(key) : version;

async function numberOf(client: MlflowClient, model: string, version: string): Promise<string> {
  const key = keyOfVersion(version);
  if (key === undefined) return version;
  const found = await lowestVersion(client, model, key);
  if (found === undefined) throw notYetMirrored(`model ${model}`, key);
  return found.version;
}

async function lowestVersion(client: MlflowClient, name: string, key: string): Promise<ModelVersion | undefined> {
  const filter = `name = ${quoted(name)} and ${tagEquals(KEY_TAG, key)}`;
  for await (const found of client.modelVersions.search({ filter, orderBy: ["version_number ASC"] })) {
    // Some databases compare without regard to case.
    if (found.name === name && found.tags[KEY_TAG] === key) return found;
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
