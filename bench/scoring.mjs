// Predictions of tree models: tables against LightGBM and scikit-learn on the same trees and rows, and one row of raw columns
// through the whole pipeline against onnxruntime-node on the exported graph.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  applyPreprocessor,
  compileRow,
  describeFeatures,
  fitPreprocessor,
  seededRandom,
} from "../libs/learning/dist/index.js";
import { gradientBoosting } from "../libs/learning/dist/models/gradient-boosting.js";
import { exportOnnx } from "../libs/learning/dist/onnx/export-onnx.js";
import { compileTrees, predictTrees } from "../libs/learning/dist/trees/score-trees.js";
import { median } from "./measure.mjs";
import { openOnnxPeer } from "./peers/onnx.mjs";
import { peer } from "./peers/python.mjs";

const ROUNDS = 7;
const THREADS = 2;

const tables = [
  { figure: "20 numeric columns", rows: 100_000, target: "<= 1" },
  { figure: "10 % missing, 8 columns of categories", rows: 100_000, missing: 0.1, categories: 8 },
  { figure: "3 classes (300 trees)", rows: 100_000, classes: 3 },
];

export async function run({ log }) {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const python = await peer("scoring.py");
  const figures = [await wholePipeline(log)];
  log(JSON.stringify(figures.at(-1)));
  for (const { figure, target, ...question } of tables) {
    const model = await trained(python, folder, { do: "train", ...question });
    figures.push(await batch(`${figure}, 100 x 31 leaves, 100k rows`, target, model, python, folder, question.rows));
    log(JSON.stringify(figures.at(-1)));
    figures.push(oneRow(`${figure}, one row, trees alone`, model));
    log(JSON.stringify(figures.at(-1)));
  }
  const forest = await trained(python, folder, { do: "forest", rows: 80_000, trees: 20 });
  figures.push(await batch("forest, 20 fully deep trees, 80k rows", undefined, forest, python, folder, 80_000));
  log(JSON.stringify(figures.at(-1)));
  figures.push(oneRow("forest, one row", forest));
  log(JSON.stringify(figures.at(-1)));
  python.stop();
  rmSync(folder, { recursive: true });
  return figures;
}

export async function trained(python, folder, question) {
  const file = join(folder, "rows");
  const { trees } = await python.ask({ ...question, file });
  const values = floats(file, Float32Array);
  return { state: stateOf(trees, question.classes ?? 2), x: { rows: question.rows, columns: 20, values } };
}

export function floats(file, Kind) {
  const bytes = readFileSync(file);
  return new Kind(bytes.buffer, bytes.byteOffset, bytes.byteLength / Kind.BYTES_PER_ELEMENT);
}

export function stateOf(trees, classes) {
  const averaged = trees.width > 1;
  const scores = classes > 2 ? classes : 1;
  return {
    ...{ family: "bench", version: 1, classes, columns: 20, combine: averaged ? "averaged" : "boosted" },
    init: averaged ? [] : new Array(scores).fill(0),
    link: averaged ? "none" : classes > 2 ? "softmax" : "logistic",
    trees: typed(trees),
  };
}

const kinds = {
  ...{ roots: Int32Array, feature: Int32Array, threshold: Float32Array, left: Int32Array, flags: Uint8Array },
  ...{ sets: Uint32Array, values: Float32Array, cover: Float32Array, gain: Float32Array },
};
const typed = (trees) => ({
  width: trees.width,
  ...Object.fromEntries(Object.entries(kinds).map(([name, Kind]) => [name, Kind.from(trees[name])])),
});

async function batch(figure, target, { state, x }, python, folder, rows) {
  const file = join(folder, "answers");
  const [ours, theirs] = [[], []];
  let predicted;
  for (let round = 0; round <= ROUNDS; round += 1) {
    const { seconds } = await python.ask({ do: "predict", rows, threads: THREADS, file });
    const start = performance.now();
    predicted = predictTrees(state, x, { threads: THREADS });
    if (round === 0) continue; // the first round warms both up
    ours.push(performance.now() - start);
    theirs.push(seconds * 1000);
  }
  const difference = greatestDifference(state, predicted, floats(file, Float64Array));
  const ratio = median(ours) / median(theirs);
  return { figure, ours: median(ours), unit: "ms", peer: median(theirs), ratio, target, difference };
}

/** LightGBM gives one probability for two classes. */
function greatestDifference({ classes }, ours, theirs) {
  const step = ours.length === theirs.length ? 1 : classes;
  let greatest = 0;
  for (let index = 0; index < theirs.length; index += 1) {
    greatest = Math.max(greatest, Math.abs(theirs[index] - ours[index * step + step - 1]));
  }
  return greatest;
}

function oneRow(figure, { state, x }) {
  const model = compileTrees(state);
  const rows = Array.from({ length: 2000 }, (_, row) => x.values.slice(row * 20, row * 20 + 20));
  const times = [];
  for (let round = 0; round < 30; round += 1) {
    const start = performance.now();
    for (const row of rows) model(row);
    times.push(((performance.now() - start) / rows.length) * 1000);
  }
  return { figure, ours: median(times.slice(10)), unit: "µs" };
}

/** A row of 16 numbers and 4 texts: filled, scaled, one-hot, 100 trees of 31 leaves; the peer runs the exported graph. */
async function wholePipeline(log) {
  const table = rawTable(20_000);
  const features = table.columns.map(({ name }) => name);
  const steps = [
    { impute: "numeric", with: "median" },
    { scale: "numeric", with: "standard" },
    { encode: "categorical", with: "one-hot" },
  ];
  const preprocessor = fitPreprocessor(table, steps, { features });
  const x = applyPreprocessor(preprocessor, table);
  const y = Int32Array.from({ length: table.rows }, (_, row) => (labelOf(table, row) ? 1 : 0));
  const parameters = gradientBoosting.parameters({ rounds: 100, leaves: 31 });
  const model = gradientBoosting.fit({ x, y, classes: 2 }, parameters, { random: seededRandom(1) });
  const content = { model, preprocessor, classes: ["no", "yes"], target: "y", positive: "yes", metrics: {}, seed: 1 };
  const theirs = await openOnnxPeer(exportOnnx({ ...content, features: describeFeatures(table, features) }));
  if (!theirs) log("MILLRACE_ONNXRUNTIME is unset: one row through the pipeline is measured without its peer.");
  const rows = Array.from({ length: 1000 }, (_, row) => table.columns.map((column) => cellOf(column, row)));
  return pipelineFigure(pipelineOf(preprocessor, model), theirs, rows);
}

function pipelineOf(preprocessor, model) {
  const [toFeatures, toOutputs] = [compileRow(preprocessor), compileTrees(model)];
  return (row) => toOutputs(toFeatures(row));
}

async function pipelineFigure(ours, theirs, rows) {
  const [mine, peers] = [[], []];
  let difference = 0;
  for (let round = 0; round < 3 * ROUNDS; round += 1) {
    let start = performance.now();
    for (const row of rows) ours(row);
    mine.push(((performance.now() - start) / rows.length) * 1000);
    if (!theirs) continue;
    start = performance.now();
    for (const row of rows) await theirs(row);
    peers.push(((performance.now() - start) / rows.length) * 1000);
  }
  for (const row of theirs ? rows : []) {
    const answer = Object.values(await theirs(row)).at(-1).data[0];
    difference = Math.max(difference, Math.abs(answer - ours(row)[1]));
  }
  const [own, peer] = [median(mine.slice(ROUNDS)), theirs && median(peers.slice(ROUNDS))];
  const figure = "one row of 20 raw columns through the whole pipeline, peer onnxruntime-node";
  return { figure, ours: own, unit: "µs", peer, ratio: peer && own / peer, target: "<= 0.15", difference };
}

function rawTable(rows) {
  const random = seededRandom(3);
  const numbers = Array.from({ length: 16 }, (_, column) => ({
    ...{ name: `n${column}`, kind: "number" },
    values: Float64Array.from({ length: rows }, () => (random.next() < 0.05 ? NaN : random.next() * 4 - 2)),
  }));
  const dictionary = ["blue", "green", "red", "white", "yellow"];
  const texts = Array.from({ length: 4 }, (_, column) => ({
    ...{ name: `t${column}`, kind: "text", dictionary },
    codes: Int32Array.from({ length: rows }, () => random.integer(dictionary.length)),
  }));
  return { rows, columns: [...numbers, ...texts] };
}

const cellOf = ({ kind, values, codes, dictionary }, row) => (kind === "text" ? dictionary[codes[row]] : values[row]);

function labelOf({ columns }, row) {
  const number = (index) => columns[index].values[row] || 0;
  return number(0) + number(1) * number(2) + Math.sin(number(3) * 3) + (columns[16].codes[row] % 3) > 1;
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.table(await run({ log: console.log }));
