import { errorFields, type Running } from "@millrace/service";
import { keepRollouts, type KeeperPlatform } from "./keep-rollouts.js";
import { releaseWaiting } from "./release-waiting.js";
import type { RegistrySettings } from "./settings.js";
import { tellDeployments } from "./tell-deployments.js";
import { openAliasWatch } from "./watch-aliases.js";

export interface Keeper extends Running {
  /** Looks at every deployment once. */
  look(): Promise<void>;
}

/** What the registry does by itself: it goes on with rollouts, finishes what a dead process left, and sees moved aliases. */
export function startKeeper(platform: KeeperPlatform, settings: RegistrySettings): Keeper {
  const watchAliases = openAliasWatch(platform);
  const pauses = new Map<string, number>();
  const look = async () => {
    await keepRollouts(platform);
    await tellDeployments(platform, pauses);
    await releaseWaiting(platform);
  };
  const looking = repeat(look, settings.REGISTRY_LOOK_SECONDS, platform);
  const watching =
    platform.tracking.name === "mlflow"
      ? repeat(watchAliases, settings.REGISTRY_ALIAS_SECONDS, platform)
      : { stop: async () => undefined };
  return {
    look,
    stop: async () => void (await Promise.all([looking.stop(), watching.stop()])),
  };
}

/** Again and again, never two at once; a failure is logged and the next time comes all the same. */
function repeat(act: () => Promise<void>, seconds: number, { log }: Pick<KeeperPlatform, "log">) {
  let current: Promise<void> | undefined;
  const timer = setInterval(() => {
    current ??= act()
      .catch((error: unknown) => log.warn("the registry's keeper could not look", errorFields(error)))
      .finally(() => (current = undefined));
  }, seconds * 1000);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await current;
    },
  };
}
