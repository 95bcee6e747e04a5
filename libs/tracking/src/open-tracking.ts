import { createMlflowClient, type MlflowAuth, type MlflowClientOptions } from "@millrace/mlflow-client-ts";
import { checkedTracking } from "./checked-tracking.js";
import { openLocalTracking } from "./local-tracking.js";
import { openMlflowTracking } from "./mlflow-tracking.js";
import type { Tracking } from "./tracking.js";

export interface TrackingConfig {
  /** MLflow when it is set; a user name and password may be in it. */
  mlflowTrackingUri?: string;
  mlflowAuth?: MlflowAuth;
  /** For the client of MLflow: time-outs and retries other than its own. */
  mlflowClient?: Pick<MlflowClientOptions, "timeoutMs" | "transferTimeoutMs" | "retry" | "fetch">;
  /** The folder of the local files, when there is no MLflow. */
  dir: string;
  clock?: () => Date;
}

/** MLflow when a tracking URI is set, else local files under `dir`. */
export async function openTracking(config: TrackingConfig): Promise<Tracking> {
  const { mlflowTrackingUri, mlflowAuth: auth, mlflowClient, dir, clock = () => new Date() } = config;
  if (!mlflowTrackingUri) return checkedTracking(await openLocalTracking(dir, clock));
  const client = createMlflowClient({ ...mlflowClient, trackingUri: mlflowTrackingUri, auth });
  return checkedTracking(openMlflowTracking(client, clock));
}
