import type { DeploymentRecord } from "@millrace/contracts";
import { auditCollection, errorFields, versionCollection } from "@millrace/service";
import { currentDeployment, deploy } from "./deployment.js";
import { deployments, type KeeperPlatform } from "./keep-rollouts.js";
import { mirrorAliases, mirroredCollection } from "./mirror-aliases.js";
import { deployed } from "./versions.js";

/**
 * Sees an alias that somebody moved on the tracking server, and deploys the version as that person's decision. What was
 * seen once may be a registry's own hand that is still moving: it counts when the next look sees the same.
 */
export function openAliasWatch(platform: KeeperPlatform): () => Promise<void> {
  const seen = new Map<string, string>();

  async function lookAt(deployment: DeploymentRecord): Promise<void> {
    const { model } = deployment;
    const moved = await movedTo(deployment, platform);
    const isAgain = moved !== undefined && seen.get(model) === moved;
    if (moved === undefined) seen.delete(model);
    else seen.set(model, moved);
    if (isAgain) await follow(deployment, moved, platform);
  }

  return async () => {
    for await (const deployment of deployments(platform)) {
      await lookAt(deployment).catch((error: unknown) =>
        platform.log.warn("an alias could not be looked at", { model: deployment.model, ...errorFields(error) }),
      );
    }
  };
}

/** The version on the tracking server under the deployment's alias, where it is not the one that was put there by us. */
async function movedTo(deployment: DeploymentRecord, platform: KeeperPlatform): Promise<string | undefined> {
  const { model, generation, alias } = deployment;
  const { records, tracking } = platform;
  const ours = (await records.records(mirroredCollection).get(model))?.value;
  if (ours?.generation !== generation) return undefined;
  const now = await tracking.getAlias(model, alias);
  if (now === ours.aliases[alias]) return undefined;
  if ((await currentDeployment(records, model))?.generation !== generation) return undefined;
  if (now === undefined) await mirrorAliases(model, platform);
  return now;
}

async function follow(deployment: DeploymentRecord, moved: string, platform: KeeperPlatform): Promise<void> {
  const { model, generation, alias } = deployment;
  const version = await versionTracked(model, moved, platform);
  const run = `alias-${model}-${generation + 1}`;
  const told = `alias ${alias} was moved to version ${moved} on the tracking server`;
  if (version === undefined) return refuse(deployment, `${told}, which is none that was trained here`, platform);
  if (version.status !== "approved")
    return refuse(deployment, `${told}, which was rejected: ${version.reason}`, platform);
  const about = { model, version: version.version, by: "an operator in MLflow", reason: told, run };
  const made = await deploy(
    { ...about, kind: "alias-moved", decidedOn: generation, after: generation, to: { champion: deployed(version) } },
    platform,
  );
  if (made !== undefined) platform.log.info(told, { model, version: version.version, generation: made.generation });
}

async function versionTracked(model: string, tracked: string, { records }: KeeperPlatform) {
  const query = { index: "byModel", equals: { model }, order: "desc" as const, limit: 1000 };
  const page = await records.records(versionCollection).query(query);
  return page.records.map(({ value }) => value).find(({ trackingVersion }) => trackingVersion === tracked);
}

/** The alias stays where the operator put it; what serves does not follow, and the history says why. */
async function refuse({ model, generation, champion }: DeploymentRecord, reason: string, platform: KeeperPlatform) {
  const line = {
    ...{ model, generation, at: platform.clock().toISOString(), kind: "alias-refused", by: "registry", reason },
    from: champion.version,
  };
  const key = `${model}@${generation}@${reason}`;
  const { created } = await platform.records.records(auditCollection).putIfAbsent(key, line);
  if (created) platform.log.warn("an alias that was moved can't be followed", { model, reason });
}
