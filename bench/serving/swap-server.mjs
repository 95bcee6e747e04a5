// A replica of inference that is told which versions to serve; a version says "right" of its row when its number is odd.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inference } from "../../apps/inference/dist/index.js";
import {
  applyPreprocessor,
  describeFeatures,
  familyNamed,
  fitPreprocessor,
  labelsOf,
  packModel,
  seededRandom,
} from "../../libs/learning/dist/index.js";
import { envelope, modelPromoted } from "../../libs/contracts/dist/index.js";
import { deploymentCollection, runServices } from "../../libs/service/dist/index.js";

const MODEL = "sides";
const ROWS = 2000;
const folder = mkdtempSync(join(tmpdir(), "millrace-swaps-"));
let running;
let gap = 0;
let megabytesBefore;

/** Gradient boosting of a number and a text: who is beyond the border is on the right. */
function fittedAt(border) {
  const random = seededRandom(1);
  const x = Float64Array.from({ length: ROWS }, () => border + 20 * (random.next() - 0.5));
  const codes = Int32Array.from({ length: ROWS }, () => random.integer(2));
  const side = {
    name: "side",
    kind: "text",
    dictionary: ["left", "right"],
    codes: Int32Array.from(x, (value) => +(value > border)),
  };
  const features = ["x", "shop"];
  const columns = [
    { name: "x", kind: "number", values: x },
    { name: "shop", kind: "text", dictionary: ["a", "b"], codes },
    side,
  ];
  const table = { rows: ROWS, columns };
  const preprocessor = fitPreprocessor(table, [{ encode: "categorical", with: "one-hot" }], { features });
  const labels = labelsOf(side);
  const { fit, defaults } = familyNamed("gradient-boosting");
  const model = fit({ x: applyPreprocessor(preprocessor, table), y: labels.codes, classes: 2 }, defaults, { random });
  const about = { target: "side", positive: "right", classes: labels.classes, metrics: {} };
  return { model, preprocessor, ...about, features: describeFeatures(table, features) };
}

/** Here the swaps are measured; what is refused under overload is the matter of another bench. */
const unshed = { HTTP_QUEUE_MS: "60000" };

const sides = [fittedAt(5), fittedAt(-5)];

async function start() {
  const environment = {
    MILLRACE_DATA_DIR: folder,
    INFERENCE_PORT: "0",
    LOG_LEVEL: "error",
    INFERENCE_LOOK_SECONDS: "60",
    ...unshed,
  };
  running = await runServices("inference", [inference], { environment });
  let last = performance.now();
  setInterval(() => {
    gap = Math.max(gap, performance.now() - last - 1);
    last = performance.now();
  }, 1);
  return { url: running.urls.inference, folder };
}

/** What the registry does: the package, the record, the event; then it waits for what the replica makes of it. */
async function deploy({ version, corrupt = false }) {
  const { artifacts, records, bus } = running.platform;
  const bytes = packModel({ ...sides[version % 2], seed: version });
  if (corrupt) bytes[bytes.length >> 1] ^= 1;
  const packed = await artifacts.put(bytes, { mediaType: "application/vnd.millrace.model", name: "model.millrace" });
  const told = next((event) => event.data.version === version);
  const began = performance.now();
  const { value } = await records.records(deploymentCollection).update(MODEL, (current) => ({
    ...{ model: MODEL, generation: (current?.generation ?? 0) + 1, champion: { version, package: packed } },
    ...{ alias: "champion", run: `run-${version}`, reason: "bench", updatedAt: new Date().toISOString() },
  }));
  const emission = modelPromoted({
    pipeline: MODEL,
    model: MODEL,
    generation: value.generation,
    reason: "bench",
    ...value.champion,
  });
  const from = { service: "registry", step: "promote", run: value.run, pipeline: MODEL, time: new Date() };
  await bus.publish(envelope(modelPromoted, emission, from));
  const { type } = await told;
  megabytesBefore ??= process.memoryUsage().rss / 1e6;
  return { refused: type === "model.refused", seconds: (performance.now() - began) / 1000 };
}

const waiting = new Set();
const next = (isIt) => new Promise((resolve) => waiting.add({ isIt, resolve }));
function hear(event) {
  for (const one of waiting) {
    if (!one.isIt(event)) continue;
    waiting.delete(one);
    one.resolve(event);
  }
}

async function stop() {
  const megabytes = process.memoryUsage().rss / 1e6;
  await running.stop();
  return { worstGap: gap, megabytes, megabytesBefore };
}

const tasks = {
  async start() {
    const answer = await start();
    await running.platform.bus.listen(["model.deployed", "model.refused"], hear);
    return answer;
  },
  deploy,
  stop,
};

process.on("message", (question) =>
  tasks[question.do](question).then(
    (answer) => process.send(answer),
    (error) => process.send({ error: error.stack }),
  ),
);
process.on("disconnect", () => process.exit(0));
