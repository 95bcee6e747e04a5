import type { DeploymentRecord, Rollout } from "@millrace/contracts";
import { deploymentCollection, errorFields, type Platform } from "@millrace/service";
import { deploy, type Change } from "./deployment.js";
import { judgeRollout } from "./judge-rollout.js";
import { observedOf } from "./observed.js";
import { nextStep } from "./rollout.js";

export type KeeperPlatform = Pick<
  Platform,
  "records" | "artifacts" | "tracking" | "settings" | "bus" | "clock" | "log"
>;

/**
 * Looks at each rollout once: it goes a step on, ends, or is aborted. Several registries may do so at once, since of those
 * who make the same generation one wins.
 */
export async function keepRollouts(platform: KeeperPlatform): Promise<void> {
  for await (const deployment of deployments(platform)) {
    if (deployment.rollout === undefined) continue;
    await keepRollout(deployment, deployment.rollout, platform).catch((error: unknown) =>
      platform.log.warn("a rollout could not be looked at", { model: deployment.model, ...errorFields(error) }),
    );
  }
}

export async function* deployments({ records }: Pick<Platform, "records">): AsyncGenerator<DeploymentRecord> {
  let after: string | undefined;
  do {
    const page = await records.records(deploymentCollection).query({ index: "byModel", limit: 200, after });
    for (const { value } of page.records) yield value;
    after = page.next;
  } while (after !== undefined);
}

async function keepRollout(deployment: DeploymentRecord, rollout: Rollout, platform: KeeperPlatform): Promise<void> {
  const { model, generation } = deployment;
  const now = platform.clock();
  const verdict = judgeRollout(rollout, await observedOf(model, generation, platform.records), now);
  if (verdict.act === "wait") return;
  const change =
    verdict.act === "abort" ? abort(deployment, rollout, verdict.reason) : advance(deployment, rollout, now);
  const made = await deploy(change, platform);
  if (made === undefined) return;
  platform.log.info("a rollout changed", { model, version: rollout.version, kind: change.kind, reason: made.reason });
}

function advance(deployment: DeploymentRecord, rollout: Rollout, now: Date): Change {
  const next = nextStep(rollout, now);
  const about = changeOf(deployment, rollout);
  const reason = rollout.plan?.reason ?? deployment.reason;
  if (next !== undefined) return { ...about, reason, kind: "rollout-advanced", to: { rollout: next } };
  const { version, package: bytes, probes, latencyBudget } = rollout;
  const champion = {
    ...{ version, package: bytes },
    ...(probes !== undefined && { probes }),
    ...(latencyBudget !== undefined && { latencyBudget }),
  };
  return { ...about, reason, kind: "rollout-completed", to: { champion } };
}

function abort(deployment: DeploymentRecord, rollout: Rollout, why: string): Change {
  const at = rollout.shadow ? "in the shadow" : `at ${rollout.percent} % of the requests`;
  const reason = `version ${rollout.version} was taken back ${at}: ${why}`;
  return { ...changeOf(deployment, rollout), reason, kind: "rollout-aborted", to: {} };
}

const changeOf = ({ model, run, generation }: DeploymentRecord, { version, plan }: Rollout) => ({
  ...{ model, version, by: "registry", run: plan?.run ?? run, decidedOn: generation, after: generation },
});
