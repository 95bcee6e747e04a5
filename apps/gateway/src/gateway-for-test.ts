import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopEmbeddedBroker } from "@millrace/messaging";
import { runServices, type RunningServices, type ServiceDefinition } from "@millrace/service";
import { gateway } from "./service.js";

export interface GatewayForTest {
  url: string;
  platform: RunningServices["platform"];
  pipelinesDir: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Ends the gateway; the broker's memory goes with it, the stores stay. */
  restart(): Promise<GatewayForTest>;
  stop(): Promise<void>;
}

export interface Answer {
  status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test looks at whatever the call answers
  body: any;
}

/** A real gateway on a free port, with embedded stores in a folder of its own and one pipeline named churn. */
export async function startGateway(others: readonly ServiceDefinition[] = []): Promise<GatewayForTest> {
  const root = await mkdtemp(join(tmpdir(), "millrace-gateway-"));
  await writePipeline(root, "churn", "triggers: [{ watch: incoming }]\narrivals: { debounce: 0s }");
  await writeFile(join(root, "pipelines/churn/churn.csv"), "a,b\n1,2\n");
  return startIn(root, others);
}

/** Its runs begin at once, unless `more` says what becomes of arrivals. */
export async function writePipeline(root: string, name: string, more = "arrivals: { debounce: 0s }"): Promise<void> {
  const folder = join(root, "pipelines", name);
  await mkdir(folder, { recursive: true });
  const text = `name: ${name}\nsource: { path: ${name}.csv }\ntarget: { column: b }\n${more}\n`;
  await writeFile(join(folder, "pipeline.yaml"), text);
}

async function startIn(root: string, others: readonly ServiceDefinition[]): Promise<GatewayForTest> {
  const pipelinesDir = join(root, "pipelines");
  const running = await runServices("test", [gateway, ...others], {
    environment: {
      ...{ GATEWAY_PORT: "0", LOG_LEVEL: "error" },
      ...{ MILLRACE_DATA_DIR: join(root, "data"), MILLRACE_PIPELINES_DIR: pipelinesDir },
    },
  });
  const url = running.urls.gateway!;
  const end = async () => {
    await running.stop();
    await stopEmbeddedBroker();
  };
  return {
    ...{ url, pipelinesDir, platform: running.platform },
    call: (method, path, body, headers) => call(url, method, path, body, headers),
    async restart() {
      await end();
      return startIn(root, others);
    },
    async stop() {
      await end();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function call(url: string, method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
}

/** Polls until the function gives something, or says what it was that did not come. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>, ms = 10_000): Promise<T> {
  const until = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > until) throw new Error(`${what} did not come within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
