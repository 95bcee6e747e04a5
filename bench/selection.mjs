// Two trainer processes against one, one thread each: 3 families x 8 settings x 5 folds as jobs of a shared queue. A broker
// that several processes share is needed, so RABBITMQ_URL has to be set (`npm run services:up`, then `set -a; . .services/env`).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "./measure.mjs";

const FOLDS = 5;
const candidates = [
  { model: "logistic-regression", search: { C: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30] } },
  { model: "random-forest", params: { trees: 60 }, search: { maxDepth: [4, 6, 8, 10], minRows: [1, 4] } },
  {
    model: "gradient-boosting",
    params: { rounds: 60 },
    search: { learningRate: [0.05, 0.1], leaves: [7, 15, 31, 63] },
  },
];

function tableOf({ seededRandom }, rows, columns) {
  const random = seededRandom(3);
  const normal = () => random.next() + random.next() + random.next() - 1.5;
  const codes = Int32Array.from({ length: rows }, (_, row) => row % 2);
  const numbers = Array.from({ length: columns }, (_, column) => ({
    ...{ name: `c${column}`, kind: "number" },
    values: Float64Array.from(codes, (code) => (column % 3 === 0 ? code * 0.6 : 0) + normal()),
  }));
  return { rows, columns: [...numbers, { name: "side", kind: "text", codes, dictionary: ["left", "right"] }] };
}

/** A dataset as the transformation hands it on, in the artifact store. */
async function transformed(platform, { learning, service, contracts }, rows) {
  const { artifacts } = platform;
  const table = tableOf(learning, rows, 20);
  const features = table.columns.slice(0, -1).map(({ name }) => name);
  const pipeline = contracts.pipelineSpec.parse({
    ...{ name: "selection", source: { path: "a.csv" }, target: { column: "side" }, candidates },
    select: { metric: "roc_auc", folds: FOLDS },
  });
  const { codes: y, classes } = learning.labelsOf(table.columns.at(-1));
  const trial = { table, y, classes, preprocess: pipeline.preprocess, features, seed: 1 };
  const npy = (array) => artifacts.put(learning.encodeNpy(array), { mediaType: "application/x-npy", name: "a.npy" });
  const store = async ({ x, y }) => ({ x: await npy(x), y: await npy(y) });
  const folds = [];
  for (const split of learning.foldsOf(trial, FOLDS)) {
    const { train, test } = learning.prepareFold(trial, split);
    folds.push({ train: await store(train), test: await store(test), categorical: [] });
  }
  const { data, state } = learning.prepareTraining(trial);
  const training = await store(data);
  const side = await service.writeTableArtifact(artifacts, "train.parquet", table);
  return contracts.datasetTransformed({
    ...{ pipeline: pipeline.name, spec: await service.writeJson(artifacts, "pipeline.json", pipeline) },
    dataset: {
      source: { location: "generated" },
      rows: { total: rows, train: rows, test: 0 },
      train: side,
      test: side,
    },
    ...{ schema: side, report: side, page: side, inputs: features, features: [...state.outputs], categorical: [] },
    preprocessor: await service.writeJson(artifacts, "preprocessor.json", state),
    descriptions: await service.writeJson(artifacts, "inputs.json", learning.describeFeatures(table, features)),
    arrays: { trainX: training.x, trainY: training.y, testX: training.x, testY: training.y },
    ...{ classes: [...classes], training, folds },
  });
}

async function startTrainer(environment) {
  const main = new URL("../apps/trainer/dist/main.js", import.meta.url).pathname;
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let written = "";
  await new Promise((resolve) => {
    const hear = (chunk) => (written += chunk).includes('"message":"started"') && resolve();
    for (const stream of [child.stdout, child.stderr]) stream.on("data", hear);
  });
  return async () => {
    child.kill("SIGTERM");
    await once(child, "close");
  };
}

/** One training by so many processes, on stores that nothing was in before. */
async function measured(processes, parts, { rows, round }) {
  const { service, contracts } = parts;
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const shared = { MILLRACE_DATA_DIR: folder, TRAINER_THREADS: "1", TRAINER_PORT: "0", LOG_LEVEL: "info" };
  const { platform, stop } = await service.runServices("bench", [], {
    environment: { ...process.env, ...shared, LOG_LEVEL: "error" },
  });
  const stops = await Promise.all(Array.from({ length: processes }, () => startTrainer(shared)));
  const run = `bench-${process.pid}-${processes}-${round}`;
  let heard;
  const ended = new Promise((resolve) => (heard = resolve));
  await platform.bus.listen(["model.trained", "step.failed"], (event) => event.run === run && heard(event));
  const from = { service: "transformation", step: "transform", run, pipeline: "selection", time: new Date() };
  const event = contracts.envelope(contracts.datasetTransformed, await transformed(platform, parts, rows), from);
  const began = performance.now();
  await platform.bus.publish(event);
  const { type, data } = await ended;
  const seconds = (performance.now() - began) / 1000;
  if (type !== "model.trained") throw new Error(`the training failed: ${data.problem.message}`);
  const jobs = platform.records.records({ name: "training-jobs", indexes: {} });
  const { records } = await jobs.query({ limit: 1000 });
  const folds = records.filter(({ value }) => value.result && "folds" in value.result);
  const repeated = folds.reduce((sum, { value }) => sum + value.fence - 1, 0);
  for (const end of stops) await end();
  await stop();
  rmSync(folder, { recursive: true, force: true });
  return { seconds, jobs: folds.length, repeated };
}

export async function run({ log, options }) {
  if (!process.env.RABBITMQ_URL)
    throw new Error(
      "RABBITMQ_URL is not set: several trainers need a broker that they share. `npm run services:up` starts one.",
    );
  const parts = {
    learning: await import("@millrace/learning"),
    service: await import("@millrace/service"),
    contracts: await import("@millrace/contracts"),
  };
  const rows = Number(options.rows ?? 8000);
  const seconds = { 1: [], 2: [] };
  let [jobs, repeated] = [0, 0];
  for (let round = 0; round < Number(options.rounds ?? 3); round++) {
    for (const processes of round % 2 === 0 ? [1, 2] : [2, 1]) {
      const one = await measured(processes, parts, { rows, round });
      log(`${processes} trainer(s): ${one.seconds.toFixed(2)} s, ${one.jobs} jobs, ${one.repeated} repeated`);
      seconds[processes].push(one.seconds);
      [jobs, repeated] = [one.jobs, repeated + one.repeated];
    }
  }
  const [one, two] = [median(seconds[1]), median(seconds[2])];
  return [
    {
      figure: `${jobs} jobs: one trainer against two, one thread each`,
      unit: "s",
      ours: two,
      peer: one,
      ratio: one / two,
      target: ">= 1.7 times as fast",
    },
    {
      figure: "jobs that were done more than once, of all rounds",
      unit: "jobs",
      ours: repeated,
      peer: null,
      ratio: null,
      target: "0",
    },
  ];
}
