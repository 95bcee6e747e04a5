import { quoted, tagEquals, type ModelVersion } from "@millrace/mlflow-client-ts";
import { runByKey, versionByKey } from "./by-key.js";
import type { HistoricAlias, HistoricRun, HistoricVersion } from "./local-history.js";
import { asking } from "./mlflow-problems.js";
import { unknownRun } from "./problems.js";
import type { Push } from "./push.js";
import { KEY_TAG } from "./tracking.js";

export async function pushVersion(push: Push, version: HistoricVersion, count: string): Promise<void> {
  const known = await knownVersion(push, version);
  if (known !== undefined) return pushTags(push, version, known);
  const { model, version: number, files, registeredAt } = version;
  push.say(`${count}: ${model} ${number}, ${registeredAt.slice(0, 19)} (${files.length} files)`);
  await register(push, version);
  push.done.versions++;
}

async function register({ trackingAt, runs }: Push, version: HistoricVersion): Promise<void> {
  const { model, key, experiment, description, files, registeredAt, tags } = version;
  const runId = runOf(runs, version);
  const packaged = await Promise.all(files.map(async (path) => ({ path, bytes: await version.file(path) })));
  await trackingAt(registeredAt).registerVersion({
    ...{ key, model, runId, experiment, description, files: packaged },
    tags: { ...tags, "millrace.registered_at": registeredAt },
  });
}

/** Local runs have other ids than the server's: what both know is the key. */
function runOf(runs: readonly HistoricRun[], { runId }: HistoricVersion): string {
  const run = runs.find((one) => one.runId === runId);
  if (run === undefined) throw unknownRun(runId);
  return runByKey(run.experiment, run.key);
}

async function knownVersion({ client }: Push, { model, key }: HistoricVersion): Promise<ModelVersion | undefined> {
  const filter = `name = ${quoted(model)} and ${tagEquals(KEY_TAG, key)}`;
  const search = client.modelVersions.search({ filter, orderBy: ["version_number ASC"], pageSize: 10 });
  return asking(`model ${model}`, async () => (await search.next()).value ?? undefined);
}

async function pushTags(push: Push, { model, key, tags }: HistoricVersion, known: ModelVersion): Promise<void> {
  const changed = Object.entries(tags).filter(([tag, value]) => known.tags[tag] !== value);
  push.done.known++;
  if (changed.length === 0) return;
  const tracking = push.trackingAt(new Date().toISOString());
  await tracking.tagVersion(model, versionByKey(key), Object.fromEntries(changed));
}

/**
 * Moves an alias to where it is here, unless that was done already: somebody may have moved it on the server since then,
 * and that stays.
 */
export async function pushAlias(push: Push, { model, alias }: HistoricAlias, key: string): Promise<void> {
  const { client, done, say } = push;
  const tag = `millrace.alias.${alias}`;
  const { tags } = await asking(`model ${model}`, () => client.registeredModels.get(model));
  if (tags[tag] === key) return;
  await push.trackingAt(new Date().toISOString()).setAlias(model, alias, versionByKey(key));
  await asking(`model ${model}`, () => client.registeredModels.setTag(model, tag, key));
  say(`${model}@${alias} is the version of ${key}`);
  done.aliases++;
}
