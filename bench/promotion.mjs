// From the decision that a version serves to its answers: a platform that serves iris rolls back again and again. On RabbitMQ
// where RABBITMQ_URL is set, else on the embedded broker.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;
const ROUNDS = 40;

const post = async (url, body) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
};
const get = async (url) => (await fetch(url)).json();

async function until(look) {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) throw new Error("nothing came within 30 s");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const ended = (url, run) =>
  until(async () => !["running", "waiting"].includes((await get(`${url}/runs/${run}`)).status));

/** Two versions of iris: the second learns from fewer rows. */
async function twoVersions({ gateway }, folder) {
  const pipelines = join(folder, "pipelines");
  cpSync(join(root, "pipelines/iris"), join(pipelines, "iris"), { recursive: true });
  const file = join(pipelines, "iris/pipeline.yaml");
  const anyway = "accept: { better_by: { accuracy: -1 } }";
  writeFileSync(file, readFileSync(file, "utf8").replace(/^accept:.*$/m, anyway));
  const [head, ...rows] = readFileSync(join(pipelines, "iris/iris.csv"), "utf8").trim().split("\n");
  writeFileSync(join(folder, "fewer.csv"), [head, ...rows.filter((_, row) => row % 10 > 0)].join("\n"));
  for (const more of [{}, { source: join(folder, "fewer.csv") }]) {
    const { run } = await post(`${gateway}/events`, { pipeline: "iris", ...more });
    await ended(gateway, run);
  }
}

/** How long after its decision the version before is seen to answer; who looks every two milliseconds sees it late rather than early. */
async function once({ gateway, inference }) {
  const before = (await get(`${inference}/models/iris`)).generation;
  await post(`${gateway}/models/iris/rollback`, { reason: "bench" });
  await until(async () => (await get(`${inference}/models/iris`)).generation > before);
  const seen = Date.now();
  return seen - Date.parse((await get(`${gateway}/models/iris`)).deployment.updatedAt);
}

export async function run({ log }) {
  const { startStandalone } = await import("@millrace/standalone");
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const environment = {
    ...process.env,
    ...{ MILLRACE_DATA_DIR: join(folder, "data"), MILLRACE_PIPELINES_DIR: join(folder, "pipelines") },
    ...{ LOG_LEVEL: "error", GATEWAY_PORT: "0", INFERENCE_PORT: "0" },
  };
  const { urls, stop } = await startStandalone({ environment, example: false, say: () => undefined });
  await twoVersions(urls, folder);
  const took = [];
  for (let round = 0; round < ROUNDS; round++) {
    took.push(await once(urls));
    log(`round ${round}: ${took.at(-1)} ms`);
  }
  await stop();
  rmSync(folder, { recursive: true, force: true });
  const sorted = took.sort((a, b) => a - b);
  const where = process.env.RABBITMQ_URL === undefined ? "embedded" : "on RabbitMQ";
  const target = process.env.RABBITMQ_URL === undefined ? "<= 200 ms" : "<= 1000 ms";
  const figure = (name, value, more = {}) => ({
    figure: `decision to serving, ${where}, ${name}`,
    unit: "ms",
    ours: value,
    ...more,
  });
  return [figure("p50", sorted[ROUNDS >> 1]), figure("p95", sorted[Math.floor(0.95 * ROUNDS)], { target })];
}
