import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { events, topologyOf, type DependencyHealth } from "@millrace/contracts";
import { openBus, type Bus, type BusObserver, type DeadLetter } from "@millrace/messaging";
import { openArtifactStore, openRecordStore, type ArtifactStore, type RecordStore } from "@millrace/storage";
import { openTracking, type Tracking } from "@millrace/tracking";
import type { Environment, PlatformSettings } from "./configuration.js";
import { killAt } from "./failpoint.js";
import type { Log } from "./log.js";
import { openMetrics, type Metrics } from "./metrics.js";

export type Clock = () => Date;

/** What a service stands on: the drivers that the settings name, and the means to tell what goes on. */
export interface Platform {
  /** Names this process. As a dependency of a Retry it never counts as up: whoever stops hands its work back uncounted. */
  readonly instance: string;
  readonly settings: PlatformSettings;
  /** Where a service reads settings of its own. */
  readonly environment: Environment;
  readonly bus: Bus;
  readonly artifacts: ArtifactStore;
  readonly records: RecordStore;
  readonly tracking: Tracking;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Tells every listener of a message that was given up. */
  onDeadLetter(listener: (letter: DeadLetter) => void): void;
  health(): Promise<DependencyHealth[]>;
  /** Stops consuming and lets what is in hand finish, within DRAIN_SECONDS. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface PlatformOptions {
  name: string;
  environment: Environment;
  settings: PlatformSettings;
  log: Log;
  clock?: Clock;
}

export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const { name, environment, settings, log, clock = () => new Date() } = options;
  const instance = `${name}-${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const metrics = openMetrics();
  const listeners: ((letter: DeadLetter) => void)[] = [];
  const artifacts = await openArtifactStore({ dir: settings.MILLRACE_DATA_DIR, ...s3Of(settings) });
  const records = await openRecordStore({ dir: settings.MILLRACE_DATA_DIR, mongoUri: settings.MONGODB_URI });
  const tracking = await openTracking({
    dir: `${settings.MILLRACE_DATA_DIR}/tracking`,
    mlflowTrackingUri: settings.MLFLOW_TRACKING_URI,
    mlflowRequired: settings.MLFLOW_REQUIRED !== "false",
    mlflowClient: { environment: mlflowEnvironmentOf(settings) },
    say: (message) => log.warn(message, { dependency: "mlflow" }),
  });
  const health = () => Promise.all([bus.health(), artifacts.health(), records.health(), tracking.health()]);
  const bus: Bus = await openBus(
    {
      service: name,
      instance,
      url: settings.RABBITMQ_URL,
      prefetch: settings.MESSAGE_PREFETCH,
      clock,
      dependencyUp: async (name) =>
        name !== instance && ((await health()).find((one) => one.name === name)?.up ?? true),
      on: observe(metrics, log, listeners),
    },
    topologyOf(events),
  );
  const drivers = { bus, artifacts, records, tracking };
  const killing = settings.MILLRACE_KILL_AT === undefined ? undefined : killAt(settings.MILLRACE_KILL_AT, drivers);
  const drain = () => bus.close({ drainMs: settings.DRAIN_SECONDS * 1000 });
  const close = async () => {
    await drain();
    if (killing !== undefined) log.info("boundaries crossed", { crossed: killing.crossed() });
    await Promise.all([artifacts.close(), records.close(), tracking.close()]);
  };
  const onDeadLetter = (listener: (letter: DeadLetter) => void) => void listeners.push(listener);
  return {
    instance,
    environment,
    settings,
    log,
    metrics,
    clock,
    ...(killing ?? drivers),
    onDeadLetter,
    health,
    drain,
    close,
  };
}

/** Who asks MLflow, and whom it trusts; MLflow's client reads the same names. */
const mlflowEnvironmentOf = (settings: PlatformSettings): Environment =>
  Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      name.startsWith("MLFLOW_TRACKING_") && typeof value === "string" ? [[name, value]] : [],
    ),
  );

function s3Of(settings: PlatformSettings) {
  if (settings.ARTIFACT_BUCKET === undefined) return {};
  return {
    s3: {
      endpoint: settings.S3_ENDPOINT,
      region: settings.S3_REGION,
      accessKeyId: settings.S3_ACCESS_KEY_ID,
      secretAccessKey: settings.S3_SECRET_ACCESS_KEY,
      bucket: settings.ARTIFACT_BUCKET,
      forcePathStyle: settings.S3_ENDPOINT !== undefined,
      createBucket: settings.S3_ENDPOINT !== undefined,
    },
  };
}

const observe = (metrics: Metrics, log: Log, listeners: readonly ((letter: DeadLetter) => void)[]): BusObserver => ({
  outcome(queue, _type, outcome, attempt) {
    metrics.messages.inc({ queue, outcome });
    if (outcome !== "retried") metrics.attempts.observe({ queue }, attempt);
  },
  deadLettered(letter) {
    log.error("a message went to the dead letters", {
      queue: letter.queue,
      run: letter.event?.run,
      problem: letter.problem,
      attempts: letter.attempts,
    });
    for (const listener of listeners) listener(letter);
  },
  connection(role, up, detail) {
    log[up ? "info" : "warn"](up ? "connected to the broker" : "lost the broker; connecting again", { role, detail });
  },
});
