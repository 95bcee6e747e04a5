import {
  envelope,
  modelPromoted,
  rolloutChanged,
  type AnyEvent,
  type DeploymentChange,
  type DeploymentRecord,
  type Emission,
} from "@millrace/contracts";
import { errorFields } from "@millrace/service";
import { promotionOf } from "./begin-promotion.js";
import { generationOf } from "./deployment.js";
import { exportedTo } from "./export-model.js";
import { deployments, type KeeperPlatform } from "./keep-rollouts.js";
import { tellRollout, tellTakenBack } from "./rollout.js";
import { markSettled, settle, settledUpTo } from "./settle.js";
import { versionOf } from "./versions.js";

/** How long a step has to settle and tell what it made before it is done for it. */
const STEP_MS = 10_000;

/** After a failure a model is let alone for so long: what it needs is likely to be away for longer. */
const PAUSE_MS = 10_000;

/**
 * Does and tells what follows from the generations that no step tells of: those of rollouts and moved aliases, and those
 * whose step died. Done again, and by several at once, it says the same events with the same ids.
 */
export async function tellDeployments(platform: KeeperPlatform, pauses = new Map<string, number>()): Promise<void> {
  for await (const deployment of deployments(platform)) {
    const { model, generation } = deployment;
    const now = platform.clock().getTime();
    if (now < (pauses.get(model) ?? 0)) continue;
    await tellOf(deployment, platform).catch((error: unknown) => {
      pauses.set(model, now + PAUSE_MS);
      const fields = { model, generation, ...errorFields(error) };
      platform.log.warn("what follows from a deployment could not be done, and is tried again", fields);
    });
  }
}

/** Generations that an earlier release made say nothing of their change: their steps told of them. */
async function tellOf({ model, generation }: DeploymentRecord, platform: KeeperPlatform): Promise<void> {
  const { records } = platform;
  for (let at = (await settledUpTo(records, model)) + 1; at <= generation; at++) {
    const made = await generationOf(records, model, at);
    if (made?.change !== undefined) {
      if (isInHand(made, made.change, platform)) return;
      await finish(made, platform);
    }
    await markSettled({ model, generation: at }, records);
  }
}

const ofSteps = new Set(["promoted", "rollout-begun", "rolled-back"]);

const isInHand = ({ updatedAt }: DeploymentRecord, change: DeploymentChange, { clock }: KeeperPlatform): boolean =>
  ofSteps.has(change.kind) && change.takenBack === undefined && clock().getTime() - Date.parse(updatedAt) < STEP_MS;

async function finish(made: DeploymentRecord, platform: KeeperPlatform): Promise<void> {
  for (const [run, definition, emission] of await toTell(made, platform)) {
    const about = { service: "registry", step: "roll-out", run, pipeline: made.model, time: platform.clock() };
    await platform.bus.publish(envelope(definition, emission, about));
  }
  await settle(made, platform);
}

async function toTell(made: DeploymentRecord, platform: KeeperPlatform): Promise<[string, AnyEvent, Emission][]> {
  const { run, change, model } = made;
  const told: [string, AnyEvent, Emission][] = [];
  if (change?.kind === "rollout-advanced") told.push([run, rolloutChanged, tellRollout(model, "advanced", made)]);
  if (change?.kind === "rollout-completed" || change?.kind === "alias-moved")
    told.push([run, modelPromoted, tellPromotion(made, platform)]);
  if (change?.takenBack !== undefined) {
    const before = await generationOf(platform.records, model, made.generation - 1);
    const version = await versionOf(platform.records, model, change.takenBack);
    const emission = tellTakenBack(model, change.takenBack, before?.rollout, made);
    told.push([version?.run ?? run, rolloutChanged, emission]);
  }
  return told;
}

const tellPromotion = (made: DeploymentRecord, { settings }: KeeperPlatform) =>
  modelPromoted({
    ...promotionOf(made.model, made),
    exported: exportedTo(settings, made.model, made.champion.version),
  });
