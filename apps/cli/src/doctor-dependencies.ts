import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { events, ProblemError, topologyOf, type DependencyHealth } from "@millrace/contracts";
import { openBus, type Bus } from "@millrace/messaging";
import type { PlatformSettings } from "@millrace/service";
import {
  defineCollection,
  openArtifactStore,
  openRecordStore,
  type ArtifactStore,
  type RecordStore,
} from "@millrace/storage";
import { openTracking } from "@millrace/tracking";
import type { Finding } from "./doctor-finding.js";

const CONNECT_MS = 10_000;

const ok = (detail: string): Finding => ({ state: "ok", detail });

export async function checkBroker({ RABBITMQ_URL: url }: PlatformSettings): Promise<Finding> {
  if (url === undefined) return ok("embedded in the process of `millrace up`");
  const bus = await openBus({ service: "doctor", instance: randomUUID(), url }, topologyOf(events));
  try {
    if (!(await isUp(bus))) throw noBroker(url, bus.health());
    const depths = await bus.depths();
    const dead = depths.reduce((sum, queue) => sum + queue.dead, 0);
    const letters = dead === 0 ? "no dead letters" : `${dead} dead letters (\`millrace dead-letters list\`)`;
    return ok(`RabbitMQ at ${withoutSecret(url)}, ${depths.length} queues, ${letters}`);
  } finally {
    await bus.close({ drainMs: 0 });
  }
}

async function isUp(bus: Bus): Promise<boolean> {
  const until = performance.now() + CONNECT_MS;
  while (!bus.health().up && performance.now() < until) await pause(50);
  return bus.health().up;
}

const noBroker = (url: string, { detail }: DependencyHealth): ProblemError =>
  new ProblemError({
    code: "BROKER_UNREACHABLE",
    where: withoutSecret(url),
    message: `no connection to RabbitMQ (${detail ?? "no answer"}).`,
    remedy: "Start it, correct RABBITMQ_URL, or unset that for the embedded broker.",
  });

const probes = defineCollection<{ probe: string }>({ name: "doctor", indexes: {} });

export async function checkRecords({
  MILLRACE_DATA_DIR: dir,
  MONGODB_URI: mongoUri,
}: PlatformSettings): Promise<Finding> {
  const store = await openRecordStore({ dir, mongoUri });
  try {
    await probeRecords(store);
    return ok(`${store.name}${mongoUri ? ` at ${withoutSecret(mongoUri)}` : ` in ${dir}`}: written, read, removed`);
  } finally {
    await store.close();
  }
}

async function probeRecords(store: RecordStore): Promise<void> {
  const records = store.records(probes);
  const key = randomUUID();
  await records.putIfAbsent(key, { probe: key });
  const read = await records.get(key);
  await records.remove(key);
  if (read?.value.probe === key) return;
  throw new ProblemError({ code: "RECORDS_FORGET", message: "a record that was written could not be read again." });
}

export async function checkArtifacts(settings: PlatformSettings): Promise<Finding> {
  const { MILLRACE_DATA_DIR: dir, ARTIFACT_BUCKET: bucket } = settings;
  const store = await openArtifactStore({ dir, ...(bucket !== undefined && { s3: s3Of(settings, bucket) }) });
  try {
    await probeArtifacts(store);
    return ok(`${store.name}${bucket ? ` bucket ${bucket}` : ` in ${dir}`}: written, read, removed`);
  } finally {
    await store.close();
  }
}

const s3Of = (settings: PlatformSettings, bucket: string) => ({
  ...{ endpoint: settings.S3_ENDPOINT, region: settings.S3_REGION, bucket },
  ...{ accessKeyId: settings.S3_ACCESS_KEY_ID, secretAccessKey: settings.S3_SECRET_ACCESS_KEY },
  ...{ forcePathStyle: settings.S3_ENDPOINT !== undefined, createBucket: settings.S3_ENDPOINT !== undefined },
});

async function probeArtifacts(store: ArtifactStore): Promise<void> {
  const ref = await store.put(Buffer.from(randomUUID()), { mediaType: "text/plain", name: "doctor.txt" });
  await store.get(ref);
  await store.remove(ref.digest);
}

export async function checkTracking(settings: PlatformSettings): Promise<Finding> {
  const { MILLRACE_DATA_DIR: dir, MLFLOW_TRACKING_URI: mlflowTrackingUri } = settings;
  const tracking = await openTracking({ dir: `${dir}/tracking`, mlflowTrackingUri });
  try {
    const { up, detail } = await tracking.health();
    if (!up) throw noTracking(mlflowTrackingUri ?? dir, detail);
    return ok(mlflowTrackingUri ? `MLflow at ${withoutSecret(mlflowTrackingUri)}` : `files in ${dir}/tracking`);
  } finally {
    await tracking.close();
  }
}

const noTracking = (where: string, detail = "no answer"): ProblemError =>
  new ProblemError({
    code: "TRACKING_UNREACHABLE",
    where: withoutSecret(where),
    message: detail,
    remedy: "Start MLflow, correct MLFLOW_TRACKING_URI, or unset that for local files.",
  });

/** An address as it may be shown: without the user's name and password. */
export const withoutSecret = (url: string): string => url.replace(/\/\/[^@/]*@/, "//");
