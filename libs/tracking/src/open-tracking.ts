import { createMlflowClient, type MlflowAuth, type MlflowClientOptions } from "@millrace/mlflow-client-ts";
import { join } from "node:path";
import { checkedTracking } from "./checked-tracking.js";
import { openLocalTracking } from "./local-tracking.js";
import { openMlflowTracking } from "./mlflow-tracking.js";
import { mirroredTracking } from "./mirrored-tracking.js";
import { startMirror } from "./mirror.js";
import { openSpool } from "./spool.js";
import type { Tracking } from "./tracking.js";

export interface TrackingConfig {
  /** MLflow when it is set; a user name and password may be in it. */
  mlflowTrackingUri?: string;
  mlflowAuth?: MlflowAuth;
  /** For the client of MLflow: time-outs and retries other than its own. */
  mlflowClient?: Pick<MlflowClientOptions, "timeoutMs" | "transferTimeoutMs" | "retry" | "fetch" | "environment">;
  /** False: while MLflow is away writes wait in files under `dir`, and nobody waits for it. */
  mlflowRequired?: boolean;
  /** How often to look whether MLflow is back, and has what waits: 5 s unless told. */
  mirrorEveryMs?: number;
  /** Told when MLflow goes away, comes back, or refuses what had waited. */
  say?: (message: string) => void;
  /** The folder of the local files, when there is no MLflow. */
  dir: string;
  clock?: () => Date;
}

/** MLflow when a tracking URI is set, else local files under `dir`. */
export async function openTracking(config: TrackingConfig): Promise<Tracking> {
  const { mlflowTrackingUri: trackingUri, mlflowAuth: auth, mlflowClient, dir, clock = () => new Date() } = config;
  if (!trackingUri) return checkedTracking(await openLocalTracking(dir, clock));
  if (config.mlflowRequired === false) return checkedTracking(await openMirrored(config, trackingUri, clock));
  return checkedTracking(openMlflowTracking(createMlflowClient({ ...mlflowClient, trackingUri, auth }), clock));
}

// A server that is not required is not waited for long either.
const IMPATIENT = { timeoutMs: 10_000, retry: { tries: 2 } } as const;

async function openMirrored(config: TrackingConfig, trackingUri: string, clock: () => Date): Promise<Tracking> {
  const { dir, mlflowAuth: auth, mlflowClient, mirrorEveryMs: everyMs = 5_000, say = () => undefined } = config;
  const client = createMlflowClient({ ...IMPATIENT, ...mlflowClient, trackingUri, auth });
  const spool = await openSpool(join(dir, "spool"));
  const serverAt = (at: Date): Tracking => openMlflowTracking(client, () => at);
  const mirror = startMirror({ spool, serverAt, leaseDir: join(dir, "spool", "lease"), clock, everyMs, say });
  return mirroredTracking({ server: openMlflowTracking(client, clock), spool, mirror, clock, say });
}
