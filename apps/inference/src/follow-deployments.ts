import { modelPromoted, modelRolledBack, rolloutChanged } from "@millrace/contracts";
import { errorFields, type Platform, type Running } from "@millrace/service";
import type { Serving } from "./serving.js";

export interface FollowOptions {
  /** Should an event be missed, the records are read this often all the same. */
  lookEverySeconds: number;
}

/** Events say that something changed; what serves is read from the deployment records, also after each reconnect. */
export async function followDeployments(
  platform: Platform,
  serving: Serving,
  { lookEverySeconds }: FollowOptions,
): Promise<Running> {
  let everRead = false;
  let latest = Promise.resolve();
  const refresh = () =>
    (latest = serving.refresh().then(
      () => void (everRead = true),
      (error: unknown) => platform.log.warn("the deployment records can't be read", errorFields(error)),
    ));
  await refresh();
  const topics = [modelPromoted.type, modelRolledBack.type, rolloutChanged.type];
  const listening = await platform.bus.listen(topics, refresh, { onConnect: refresh });
  const timer = setInterval(() => void refresh(), lookEverySeconds * 1000);
  return {
    ready: () => (everRead ? undefined : "the deployment records could not be read yet"),
    async stop() {
      clearInterval(timer);
      await listening.cancel();
      await latest;
      await serving.stop();
    },
  };
}
