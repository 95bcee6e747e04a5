// Experiment tracking on a real MLflow server: 1,000 metrics as one batch, against 1,000 calls with one metric each, in turns.
// The server is that of MLFLOW_TRACKING_URI, else one that is started for the bench and stopped after it.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMlflowClient } from "../libs/mlflow-client-ts/dist/index.js";
import { openTracking } from "../libs/tracking/dist/index.js";
import { median } from "./measure.mjs";

const ROUNDS = 3;
const METRICS = 1_000;

export async function run({ log }) {
  const server = process.env.MLFLOW_TRACKING_URI ? given() : started(log);
  try {
    return await measured(server.uri, log);
  } finally {
    server.stop();
  }
}

const given = () => ({ uri: process.env.MLFLOW_TRACKING_URI, stop: () => undefined });

function started(log) {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const script = new URL("../scripts/services/mlflow.sh", import.meta.url).pathname;
  const env = { ...process.env, MILLRACE_SERVICES_DIR: folder, MILLRACE_MLFLOW_PORT: "5190" };
  const call = (verb) => log(execFileSync("bash", [script, verb], { env, encoding: "utf8" }).trim());
  call("start");
  const [, uri] = /MLFLOW_TRACKING_URI=(\S+)/.exec(readFileSync(join(folder, "env"), "utf8"));
  const stop = () => {
    call("stop");
    rmSync(folder, { recursive: true });
  };
  return { uri, stop };
}

async function measured(uri, log) {
  const client = createMlflowClient({ trackingUri: uri });
  const tracking = await openTracking({ mlflowTrackingUri: uri, dir: tmpdir() });
  log(`MLflow ${await client.server.version()} at ${uri}`);
  const times = { batch: [], driver: [], single: [] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [batch, driver, single] = [await newRun(tracking), await newRun(tracking), await newRun(tracking)];
    const took = {
      batch: await milliseconds(() => client.runs.logBatch(batch, { metrics: metricsOf() })),
      driver: await milliseconds(() => tracking.logMetrics(driver, metricsOf())),
      single: await milliseconds(() => oneByOne(client, single)),
    };
    if (round === 0) continue; // the first round warms the server up
    for (const way of Object.keys(times)) times[way].push(took[way]);
    log(
      `round ${round}: ${Object.entries(took)
        .map(([way, ms]) => `${way} ${ms.toFixed(0)} ms`)
        .join(", ")}`,
    );
  }
  return ["batch", "driver"].map((way) => figureOf(way, median(times[way]), median(times.single)));
}

const figureOf = (way, ours, peer) => ({
  figure: `${METRICS} metrics, ${way === "batch" ? "one batch" : "Tracking.logMetrics"} against single calls`,
  unit: "ms",
  ours: Number(ours.toFixed(1)),
  peer: Number(peer.toFixed(0)),
  ratio: Number((ours / peer).toFixed(4)),
  target: "ratio <= 0.03",
});

const metricsOf = () => Array.from({ length: METRICS }, (_, step) => ({ key: "loss", value: 1 / (step + 1), step }));

const newRun = async (tracking) =>
  (await tracking.openRun({ key: randomUUID(), experiment: "bench", name: "bench" })).runId;

async function oneByOne(client, runId) {
  for (const metric of metricsOf()) await client.runs.logMetric(runId, metric);
}

async function milliseconds(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
