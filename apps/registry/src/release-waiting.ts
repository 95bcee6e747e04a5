import { envelope, modelTrained } from "@millrace/contracts";
import { currentDeployment } from "./deployment.js";
import type { KeeperPlatform } from "./keep-rollouts.js";
import { dropPending, judgeAgain, waitingForTurn, type Pending } from "./pending.js";
import { changeVersion } from "./versions.js";

/**
 * When a rollout has ended, the newest version that waited is judged again, against whoever serves now. Older ones would
 * only be followed by it.
 */
export async function releaseWaiting(platform: KeeperPlatform): Promise<void> {
  const seen = new Set<string>();
  for (const pending of await waitingForTurn(platform.records)) {
    const isNewest = !seen.has(pending.model);
    seen.add(pending.model);
    if (!isNewest) await letGo(pending, platform);
    else if ((await currentDeployment(platform.records, pending.model))?.rollout === undefined) {
      await judge(pending, platform);
      await letGo(pending, platform);
    }
  }
}

async function judge({ run, model, verdict }: Pending, { bus, clock }: KeeperPlatform): Promise<void> {
  const about = { service: "registry", step: "roll-out", run, pipeline: model, time: clock() };
  await bus.publish(envelope(modelTrained, judgeAgain(verdict), about));
}

async function letGo(pending: Pending, platform: KeeperPlatform): Promise<void> {
  const { model, version } = pending;
  await changeVersion(model, version, ({ awaiting: _awaiting, ...current }) => current, platform);
  await dropPending(platform.records, pending);
}
