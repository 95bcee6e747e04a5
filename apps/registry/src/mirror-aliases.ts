import type { DeploymentRecord } from "@millrace/contracts";
import type { StepContext } from "@millrace/service";
import { defineCollection } from "@millrace/storage";
import { currentDeployment } from "./deployment.js";
import { versionOf } from "./versions.js";

type Context = Pick<StepContext, "records" | "tracking" | "clock">;

/** What the tracking server's aliases were last made to say, keyed by model. */
export interface Mirrored {
  model: string;
  generation: number;
  aliases: Readonly<Record<string, string>>;
  at: string;
}

export const mirroredCollection = defineCollection<Mirrored>({ name: "mirrored-aliases", indexes: {} });

/**
 * Moves the aliases on the tracking server to the versions of the deployment: of those who do this at once the slower one
 * must not leave one on what was, so the deployment is looked at again afterwards.
 */
export async function mirrorAliases(model: string, context: Context): Promise<void> {
  const { records, tracking, clock } = context;
  const deployment = await currentDeployment(records, model);
  if (deployment === undefined) return;
  const { generation } = deployment;
  const aliases = await aliasesOf(deployment, context);
  for (const [alias, version] of Object.entries(aliases)) await tracking.setAlias(model, alias, version);
  await dropOthers(model, aliases, context);
  const now = await currentDeployment(records, model);
  if (now?.generation !== generation) return mirrorAliases(model, context);
  const mirrored = { model, generation, aliases, at: clock().toISOString() };
  await records
    .records(mirroredCollection)
    .update(model, (known) => (known !== undefined && known.generation >= generation ? undefined : mirrored));
}

/** The version's numbers on the tracking server; one that is not there yet has none. */
async function aliasesOf(
  { model, alias, champion, previous, rollout }: DeploymentRecord,
  { records }: Pick<Context, "records">,
): Promise<Record<string, string>> {
  const wanted = { [alias]: champion, previous, challenger: rollout };
  const found: Record<string, string> = {};
  for (const [name, one] of Object.entries(wanted)) {
    const tracked = one && (await versionOf(records, model, one.version))?.trackingVersion;
    if (tracked !== undefined) found[name] = tracked;
  }
  return found;
}

/** Aliases of ours that stand for nothing any more are taken away. */
async function dropOthers(
  model: string,
  aliases: Readonly<Record<string, string>>,
  { records, tracking }: Context,
): Promise<void> {
  const before = (await records.records(mirroredCollection).get(model))?.value;
  const gone = Object.keys(before?.aliases ?? {}).filter((alias) => !(alias in aliases));
  for (const alias of gone) await tracking.removeAlias(model, alias);
}
