// Gradient boosting, binning included, against LightGBM on the same rows with the same settings: 100 rounds of 31 leaves, 2 threads.
// Both are judged on rows that they have not seen, and by how far their memory rises above what it was with the data in it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../libs/learning/dist/data/random.js";
import { rocAuc } from "../libs/learning/dist/metrics/roc-auc.js";
import { gradientBoosting } from "../libs/learning/dist/models/gradient-boosting.js";
import { median } from "./measure.mjs";
import { peer } from "./peers/python.mjs";

const THREADS = 2;
const TEST_ROWS = 20_000;

const figures = [
  { figure: "80k x 20, binary", rows: 80_000, columns: 20, rounds: 7, target: "<= 0.5" },
  {
    figure: "80k x 20, 10 % missing, 8 of categories",
    rows: 80_000,
    columns: 20,
    holes: 0.1,
    categories: 8,
    rounds: 7,
    target: "<= 0.7",
  },
  { figure: "80k x 20, 7 classes", rows: 80_000, columns: 20, classes: 7, rounds: 3, target: "<= 0.7" },
  { figure: "1M x 28, binary", rows: 1_000_000, columns: 28, rounds: 2, memory: true, target: "<= 0.8" },
];

export async function run({ log }) {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const results = [];
  for (const figure of figures) {
    const python = await peer("training.py");
    results.push(...(await measured(figure, python, join(folder, "rows"))));
    python.stop();
    log(JSON.stringify(results.at(-1)));
  }
  rmSync(folder, { recursive: true });
  return results;
}

async function measured({ figure, rounds, memory = false, target, ...shape }, python, file) {
  const { classes = 2, categories = 0, holes = 0, ...size } = shape;
  await python.ask({ do: "make", ...size, classes, categories, holes, test: TEST_ROWS, file });
  const data = read(file, { ...size, classes, categories });
  const [ours, theirs] = [[], []];
  for (let round = 0; round <= rounds; round += 1) {
    const answer = await python.ask({ do: "fit", threads: THREADS });
    const own = fitted(data, classes);
    // The first round warms both up.
    if (round === 0 && rounds > 2) continue;
    ours.push(own);
    theirs.push(answer);
  }
  const score = `${classes === 2 ? "AUC" : "accuracy"} ${ours[0].score.toFixed(4)}, peer's ${theirs[0].score.toFixed(4)}`;
  const row = (name, unit, value, extra) => {
    const [mine, other] = [median(ours.map(value)), median(theirs.map(value))];
    return { figure: name, ours: mine, unit, peer: other, ratio: mine / other, ...extra };
  };
  const time = row(`fit ${figure} (${score})`, "ms", ({ milliseconds }) => milliseconds, { target });
  if (!memory) return [time];
  // Of the first fit alone: a process gives back less than it took, and the next fit begins with that.
  const [mine, other] = [ours[0].megabytes, theirs[0].megabytes];
  const title = `fit ${figure}, memory on top of the data`;
  return [{ figure: title, ours: mine, unit: "MB", peer: other, ratio: mine / other, target: "<= 1" }, time];
}

function fitted({ train, test }, classes) {
  const context = { random: seededRandom(1), threads: THREADS };
  const before = restartPeak();
  const start = performance.now();
  const model = gradientBoosting.fit(train, gradientBoosting.defaults, context);
  const milliseconds = performance.now() - start;
  const megabytes = (peak() - before) / 1024;
  return { milliseconds, megabytes, score: scoreOf(gradientBoosting.predict(model, test.x), test.y, classes) };
}

function scoreOf(outputs, y, classes) {
  if (classes === 2) {
    const scores = outputs.filter((_, index) => index % 2 === 1);
    return rocAuc((row) => y[row] === 1, scores);
  }
  const best = (row) => Math.max(...outputs.subarray(row * classes, (row + 1) * classes));
  return y.filter((code, row) => outputs[row * classes + code] === best(row)).length / y.length;
}

/** Linux counts the most memory that a process had, and begins again when it is told to. */
function restartPeak() {
  globalThis.gc?.();
  writeFileSync("/proc/self/clear_refs", "5");
  return kilobytes("VmRSS");
}

const peak = () => kilobytes("VmHWM");
const kilobytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"))[1]);

function read(file, { rows, columns, classes, categories }) {
  const array = (name, Kind) => {
    const bytes = readFileSync(`${file}.${name}`);
    return new Kind(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  };
  const [x, y] = [array("x", Float32Array), array("y", Int32Array)];
  const categorical = Array.from({ length: categories }, (_, index) => columns - categories + index);
  const part = (first, count) => ({
    x: { rows: count, columns, values: x.subarray(first * columns, (first + count) * columns) },
    y: y.subarray(first, first + count),
    ...{ classes, categorical },
  });
  return { train: part(0, rows), test: part(rows, TEST_ROWS) };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  console.table(await run({ log: console.error }));
  process.exit(0);
}
