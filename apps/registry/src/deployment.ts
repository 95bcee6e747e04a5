import type { DeployedVersion, DeploymentRecord } from "@millrace/contracts";
import { deploymentCollection, type StepContext } from "@millrace/service";
import { versionOf } from "./versions.js";

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

/**
 * Makes a version the one that serves. A change that was decided on an older generation is refused (undefined); the same
 * change done again by the same run is answered with the record that it made.
 */
export async function deploy(
  change: Change,
  { records, clock }: Pick<StepContext, "records" | "clock">,
): Promise<DeploymentRecord | undefined> {
  const { model, to, generation, run, reason } = change;
  const deployments = records.records(deploymentCollection);
  const current = await deployments.get(model);
  if (current?.value.run === run) return current.value;
  if ((current?.value.generation ?? 0) !== generation) return undefined;
  const next: DeploymentRecord = {
    ...{ model, champion: to, generation: generation + 1, run, reason, updatedAt: clock().toISOString() },
    alias: change.alias ?? current?.value.alias ?? "champion",
    ...(current !== undefined && { previous: current.value.champion }),
  };
  const written = await deployments.compareAndSet(model, next, current?.version ?? 0);
  return written?.value ?? deploy(change, { records, clock });
}

export const currentDeployment = async (
  records: StepContext["records"],
  model: string,
): Promise<DeploymentRecord | undefined> => (await records.records(deploymentCollection).get(model))?.value;

/** Moves the alias on the tracking server to the version that serves now, whichever that is by now. */
export async function mirrorAlias(
  model: string,
  { records, tracking }: Pick<StepContext, "records" | "tracking">,
): Promise<void> {
  const deployment = await currentDeployment(records, model);
  if (deployment === undefined) return;
  const version = await versionOf(records, model, deployment.champion.version);
  if (version?.trackingVersion !== undefined) await tracking.setAlias(model, deployment.alias, version.trackingVersion);
}
