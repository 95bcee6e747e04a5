import type { Platform } from "@millrace/service";
import type { ServedModel } from "../served-model.js";
import type { Serving } from "../serving.js";
import type { PredictionLogSettings } from "./log-settings.js";
import type { LogStore } from "./log-store.js";
import { openPredictionLog, spoolFolder, type PredictionLog } from "./prediction-log.js";
import { settingsOfVersions } from "./version-settings.js";

const MB = 1024 ** 2;

export interface ServiceLog {
  readonly log: PredictionLog;
  readonly store: LogStore;
  readonly spool: string;
}

/** The prediction log of an inference service, as its environment configures it; undefined where it is off. */
export async function openServiceLog(
  platform: Platform,
  serving: Pick<Serving, "models" | "problems" | "versions">,
  settings: PredictionLogSettings,
): Promise<ServiceLog | undefined> {
  if (settings.PREDICTION_LOG === "off") return undefined;
  const store = logStore(platform, settings);
  const spool = spoolFolder(platform.settings.MILLRACE_DATA_DIR);
  const log = await openPredictionLog({
    ...{ folder: spool, store, clock: platform.clock, log: platform.log, metrics: platform.metrics },
    memoryBytes: settings.PREDICTION_LOG_MEMORY_MB * MB,
    diskBytes: settings.PREDICTION_LOG_DISK_MB * MB,
    segmentBytes: settings.PREDICTION_LOG_SEGMENT_MB * MB,
    segmentSeconds: settings.PREDICTION_LOG_SECONDS,
    stopSeconds: platform.settings.DRAIN_SECONDS / 2,
    hashKey: settings.PREDICTION_LOG_HASH_KEY,
    isKnown: (model) => serving.models().has(model) || serving.problems().has(model),
    namesOf: (model, version) => namesOf(serving.versions(model), version),
    settingsOf: settingsOfVersions(platform, settings),
  });
  return { log, store, spool };
}

const namesOf = (versions: readonly ServedModel[], wanted: number): readonly string[] | undefined =>
  versions.find(({ version }) => version === wanted)?.model.features.map(({ name }) => name);

function logStore({ settings }: Platform, { PREDICTION_LOG_BUCKET }: PredictionLogSettings): LogStore {
  const { ARTIFACT_BUCKET: bucket, S3_ENDPOINT: endpoint, MILLRACE_DATA_DIR: dir } = settings;
  if (bucket === undefined) return { artifacts: { dir }, bucket: PREDICTION_LOG_BUCKET ?? "prediction-log" };
  const ownServer = endpoint !== undefined;
  const s3 = {
    ...{ endpoint, region: settings.S3_REGION, bucket, forcePathStyle: ownServer, createBucket: ownServer },
    ...{ accessKeyId: settings.S3_ACCESS_KEY_ID, secretAccessKey: settings.S3_SECRET_ACCESS_KEY },
  };
  return { artifacts: { dir, s3 }, bucket: PREDICTION_LOG_BUCKET ?? bucket };
}
