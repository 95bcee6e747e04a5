import { modelPromoted, modelRolledBack } from "@millrace/contracts";
import { errorFields, type Platform, type Running } from "@millrace/service";
import type { Serving } from "./serving.js";

/** Should an event be missed, the records are read this often all the same. */
const lookEveryMs = 5_000;

/** Events say that something changed; what serves is read from the deployment records, also after each reconnect. */
export async function followDeployments(platform: Platform, serving: Serving): Promise<Running> {
  const refresh = () =>
    serving
      .refresh()
      .catch((error: unknown) => platform.log.warn("the deployment records can't be read", errorFields(error)));
  await refresh();
  const topics = [modelPromoted.type, modelRolledBack.type];
  const listening = await platform.bus.listen(topics, refresh, { onConnect: refresh });
  const timer = setInterval(() => void refresh(), lookEveryMs);
  return {
    async stop() {
      clearInterval(timer);
      await listening.cancel();
    },
  };
}
