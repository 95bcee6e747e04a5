import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runServices, type Clock, type Environment, type RunningServices } from "@millrace/service";
import { gateway } from "../service.js";
import { triggerCollection } from "./trigger-state.js";

const { RABBITMQ_URL, RABBITMQ_MANAGEMENT_URL, MONGODB_URI } = process.env as Record<string, string>;

export interface RunLine {
  run: string;
  pipeline: string;
  status: string;
  summary: string;
}

export interface GatewaysOptions {
  count?: number;
  /** RabbitMQ's own virtual host, into which other servers publish; else one that nobody else uses. */
  inOwnVirtualHost?: boolean;
  environment?: Environment;
  clock?: Clock;
}

/** Gateways that share RabbitMQ, MongoDB and a folder of pipelines of their own. */
export async function gatewaysOnServers(options: GatewaysOptions = {}) {
  const { count = 1, inOwnVirtualHost = true, environment = {}, clock } = options;
  const name = `triggers-${randomUUID().slice(0, 8)}`;
  const root = await mkdtemp(join(tmpdir(), "millrace-triggers-"));
  if (inOwnVirtualHost) await virtualHost("PUT", name);
  const settings = {
    ...{ GATEWAY_PORT: "0", LOG_LEVEL: "error", MILLRACE_DATA_DIR: join(root, "data") },
    MILLRACE_PIPELINES_DIR: join(root, "pipelines"),
    RABBITMQ_URL: inOwnVirtualHost ? `${RABBITMQ_URL}/${name}` : RABBITMQ_URL,
    MONGODB_URI: MONGODB_URI!.replace(/\/[^/]*$/, `/${name}`),
    ...environment,
  };
  const replicas: RunningServices[] = [];
  for (let each = 0; each < count; each++)
    replicas.push(await runServices(`gateway-${each}`, [gateway], { environment: settings, clock }));
  const urls = replicas.map((replica) => replica.urls.gateway!);

  async function call<T>(
    url: string,
    path: string,
    body?: unknown,
    headers = {},
  ): Promise<{ status: number; body: T }> {
    const post = {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    };
    const response = await fetch(url + path, body === undefined ? { headers } : post);
    return { status: response.status, body: (await response.json()) as T };
  }

  return {
    ...{ name, root, urls, call, bus: replicas[0]!.platform.bus },
    async write(pipeline: string, more: string, source = `{ path: ${pipeline}.csv }`): Promise<string> {
      const folder = join(root, "pipelines", pipeline);
      await mkdir(folder, { recursive: true });
      const text = `name: ${pipeline}\nsource: ${source}\ntarget: { column: b }\n${more}\n`;
      await writeFile(join(folder, "pipeline.yaml"), text);
      return folder;
    },
    async runs(pipeline: string): Promise<RunLine[]> {
      const { body } = await call<{ runs: RunLine[] }>(urls[0]!, `/runs?pipeline=${pipeline}&limit=200`);
      return body.runs;
    },
    async hasLooked(pipeline: string): Promise<boolean> {
      const { records } = await replicas[0]!.platform.records.records(triggerCollection).query({ limit: 1000 });
      return records.some(({ value }) => value.pipeline === pipeline);
    },
    async stop(): Promise<void> {
      await Promise.all(replicas.map((replica) => replica.stop()));
      if (inOwnVirtualHost) await virtualHost("DELETE", name);
      await rm(root, { recursive: true });
    },
  };
}

export type GatewaysOnServers = Awaited<ReturnType<typeof gatewaysOnServers>>;

async function virtualHost(method: "PUT" | "DELETE", name: string): Promise<void> {
  const { username, password, origin } = new URL(RABBITMQ_MANAGEMENT_URL!);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const response = await fetch(`${origin}/api/vhosts/${name}`, { method, headers: { authorization } });
  if (!response.ok) throw new Error(`${method} of the virtual host answered ${response.status}`);
}
