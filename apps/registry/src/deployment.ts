import type { DeployedVersion, DeploymentRecord } from "@millrace/contracts";
import { deploymentCollection, type StepContext } from "@millrace/service";
import { defineCollection } from "@millrace/storage";
import { versionOf } from "./versions.js";

type Records = StepContext["records"];

export interface Change {
  model: string;
  to: DeployedVersion;
  /** The generation that the decision was made on; 0 where nothing was deployed. */
  generation: number;
  /** What the tracking server is to call it; unset: as before. */
  alias?: string;
  run: string;
  reason: string;
}

/** What each generation was made of. Whoever writes a generation first has made it; nobody changes it afterwards. */
const generationCollection = defineCollection<DeploymentRecord>({
  name: "deployment-generations",
  indexes: { byModel: ["model", "generation"], byRun: ["run"] },
});

const generationKey = (model: string, generation: number): string => `${model}@${generation}`;

/**
 * Makes a version the one that serves. A change that was decided on an older generation is refused (undefined); the same
 * change done again by the same run is answered with the record that it made, also when others have changed it since.
 */
export async function deploy(
  change: Change,
  { records, clock }: Pick<StepContext, "records" | "clock">,
): Promise<DeploymentRecord | undefined> {
  const made = (await generationAfter(change, records)) ?? (await makeGeneration(change, records, clock));
  if (made === undefined) return undefined;
  await bringForward(made, records);
  return made.run === change.run ? made : undefined;
}

/** The generation that followed the one on which a change was decided, if there is one already. */
export const generationAfter = async (
  { model, generation }: Pick<Change, "model" | "generation">,
  records: Records,
): Promise<DeploymentRecord | undefined> =>
  (await records.records(generationCollection).get(generationKey(model, generation + 1)))?.value;

/** Whether a run's version serves, or served once. */
export const everServed = async (records: Records, run: string): Promise<boolean> =>
  (await records.records(generationCollection).query({ index: "byRun", equals: { run }, limit: 1 })).records.length > 0;

async function makeGeneration(
  { model, to, generation, alias, run, reason }: Change,
  records: Records,
  clock: StepContext["clock"],
): Promise<DeploymentRecord | undefined> {
  const current = await currentDeployment(records, model);
  if ((current?.generation ?? 0) !== generation) return undefined;
  const next: DeploymentRecord = {
    ...{ model, champion: to, generation: generation + 1, run, reason, updatedAt: clock().toISOString() },
    alias: alias ?? current?.alias ?? "champion",
    ...(current !== undefined && { previous: current.champion }),
  };
  const { record } = await records
    .records(generationCollection)
    .putIfAbsent(generationKey(model, generation + 1), next);
  return record.value;
}

/** Everyone who sees a generation makes it the deployment, so one whose writer died in between is not in the way. */
async function bringForward(made: DeploymentRecord, records: Records): Promise<void> {
  await records
    .records(deploymentCollection)
    .update(made.model, (current) => ((current?.generation ?? 0) === made.generation - 1 ? made : undefined));
}

export const currentDeployment = async (records: Records, model: string): Promise<DeploymentRecord | undefined> =>
  (await records.records(deploymentCollection).get(model))?.value;

/**
 * Moves the alias on the tracking server to the version that serves. It is looked at again afterwards: of two who do this
 * at once the slower one must not leave the alias on what served before.
 */
export async function mirrorAlias(model: string, context: Pick<StepContext, "records" | "tracking">): Promise<void> {
  const deployment = await currentDeployment(context.records, model);
  if (deployment === undefined) return;
  const version = await versionOf(context.records, model, deployment.champion.version);
  if (version?.trackingVersion === undefined) return;
  await context.tracking.setAlias(model, deployment.alias, version.trackingVersion);
  const now = await currentDeployment(context.records, model);
  if (now?.generation !== deployment.generation) await mirrorAlias(model, context);
}
