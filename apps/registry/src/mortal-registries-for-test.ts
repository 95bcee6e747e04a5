import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startApp, temporaryFolder, type PlatformProcess } from "@millrace/testing";
import { openLossyProxy } from "./lossy-proxy-for-test.js";

/** Of the answers of each server: those of HTTP are few and large, the others many and small. */
const lossy = { MONGODB_URI: 0.003, RABBITMQ_URL: 0.003, S3_ENDPOINT: 0.03, MLFLOW_TRACKING_URI: 0.03 };
/** Two missed beats of its connection, after which the broker gives its messages to another registry. */
const STOPPED_MS = 7_000;
/** Long enough that something is done in between. */
const BETWEEN_MS = 6_000;

export interface Faults {
  lost: number;
  killed: number;
  stopped: number;
}

/** A virtual host, a database and buckets of their own, on the servers that `npm run services:up` started. */
export async function freshServers(): Promise<Record<string, string>> {
  const { RABBITMQ_URL = "", MONGODB_URI = "", ...others } = process.env;
  const name = `faults-${randomUUID().slice(0, 8)}`;
  expect((await askForHost("PUT", name)).ok).toBe(true);
  const at = (server: string, query = "") => Object.assign(new URL(server), { pathname: `/${name}`, search: query });
  const names = ["S3_ENDPOINT", "S3_REGION", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY", "MLFLOW_TRACKING_URI"];
  return {
    RABBITMQ_URL: at(RABBITMQ_URL, "heartbeat=2").toString(),
    MONGODB_URI: at(MONGODB_URI, "directConnection=true").toString(),
    ...Object.fromEntries(names.map((setting) => [setting, others[setting]!])),
    ...{ ARTIFACT_BUCKET: `${name}-artifacts`, MODEL_BUCKET_NAME: `${name}-models` },
  };
}

/** Queues that nobody needs any more would make the broker slow to start. */
export const removeHost = ({ RABBITMQ_URL }: Record<string, string>): Promise<Response> =>
  askForHost("DELETE", new URL(RABBITMQ_URL!).pathname.slice(1));

async function askForHost(method: string, name: string): Promise<Response> {
  const url = new URL(`/api/vhosts/${name}`, process.env.RABBITMQ_MANAGEMENT_URL);
  const authorization = `Basic ${Buffer.from(`${url.username}:${url.password}`).toString("base64")}`;
  url.username = url.password = "";
  return fetch(url, { method, headers: { authorization, "content-type": "application/json" } });
}

/** Two registries, each a process, behind proxies that lose answers. While `during` goes on one is killed, one stands still, again and again. */
export async function withMortalRegistries(
  servers: Record<string, string>,
  draw: () => number,
  during: () => Promise<void>,
): Promise<Faults> {
  const folder = await temporaryFolder("registries");
  const proxies = await Promise.all(
    Object.entries(lossy).map(async ([name, share]) => {
      const proxy = await openLossyProxy(servers[name]!, { draw, share });
      return { name, proxy };
    }),
  );
  const behind = Object.fromEntries(proxies.map(({ name, proxy }) => [name, proxy.url]));
  const environment = { ...servers, ...behind, REGISTRY_PORT: "0", LEASE_SECONDS: "2", LOG_LEVEL: "info" };
  const start = (name: string) => started({ ...environment, MILLRACE_DATA_DIR: join(folder.path, name) });
  const registries = [await start("a"), await start("b")];
  const faults = { lost: 0, killed: 0, stopped: 0 };
  const ending = new AbortController();
  const wait = (least = 200) => pause(least + draw() * 4_000, undefined, { signal: ending.signal });
  const kill = async (): Promise<void> => {
    await wait();
    await registries[0]!.kill();
    faults.killed++;
    registries[0] = await start("a");
    await wait(BETWEEN_MS);
    return kill();
  };
  const stopAndGoOn = async (): Promise<void> => {
    await wait();
    const { pid } = registries[1]!;
    process.kill(pid, "SIGSTOP");
    try {
      await pause(STOPPED_MS, undefined, { signal: ending.signal });
      faults.stopped++;
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await wait(BETWEEN_MS);
    return stopAndGoOn();
  };
  const faulting = Promise.allSettled([kill(), stopAndGoOn()]);
  try {
    await during();
  } finally {
    ending.abort();
    await faulting;
    await Promise.all(registries.map((registry) => registry.kill()));
    for (const { proxy } of proxies) {
      faults.lost += proxy.lost();
      await proxy.close();
    }
    await folder.remove();
  }
  return faults;
}

/** Its servers may lose the answers that it needs to start: as whoever keeps it running would, it is started again. */
async function started(environment: Record<string, string>): Promise<PlatformProcess> {
  for (let tries = 1; ; tries++) {
    const registry = await startApp("registry", environment);
    if (registry.output().includes('"message":"started"')) return registry;
    if (tries === 20) throw new Error(`the registry does not start: ${registry.output().slice(-2000)}`);
  }
}
