// Shapley values of tree models: tables against LightGBM's pred_contrib on the same trees and rows, and one row at a time.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileShap, treeShap } from "../libs/learning/dist/explanation/tree-shap.js";
import { median } from "./measure.mjs";
import { peer } from "./peers/python.mjs";
import { floats, trained } from "./scoring.mjs";

const ROUNDS = 3;
const THREADS = 2;
const ROWS = 10_000;

const tables = [
  { figure: "20 numeric columns", target: "<= 0.5" },
  { figure: "10 % missing, 8 columns of categories", missing: 0.1, categories: 8 },
  { figure: "3 classes (300 trees)", classes: 3, rows: 2_000 },
];

export async function run({ log }) {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const python = await peer("scoring.py");
  const figures = [];
  for (const { figure, target, rows = ROWS, ...question } of tables) {
    const model = await trained(python, folder, { do: "train", rows: 80_000, ...question });
    const name = `${figure}, 100 x 31 leaves, ${rows} rows`;
    figures.push(await batch(name, target, model, python, folder, rows), oneRow(`${figure}, one row`, model));
    log(JSON.stringify(figures.at(-2)));
    log(JSON.stringify(figures.at(-1)));
  }
  python.stop();
  rmSync(folder, { recursive: true });
  return figures;
}

async function batch(figure, target, { state, x }, python, folder, rows) {
  const file = join(folder, "answers");
  const part = { rows, columns: x.columns, values: x.values.subarray(0, rows * x.columns) };
  const [ours, theirs] = [[], []];
  let explained;
  for (let round = 0; round <= ROUNDS; round += 1) {
    const { seconds } = await python.ask({ do: "explain", rows, threads: THREADS, file });
    const start = performance.now();
    explained = treeShap(state, part, { threads: THREADS });
    if (round === 0) continue; // the first round warms both up
    ours.push(performance.now() - start);
    theirs.push(seconds * 1000);
  }
  const difference = greatestDifference(explained, x.columns, floats(file, Float64Array));
  const ratio = median(ours) / median(theirs);
  return { figure, ours: median(ours), unit: "ms", peer: median(theirs), ratio, target, difference };
}

/** LightGBM gives the base behind the columns of each output. */
function greatestDifference({ values, base }, columns, theirs) {
  let greatest = 0;
  for (let index = 0; index < theirs.length; index += 1) {
    const [output, column] = [Math.floor(index / (columns + 1)), index % (columns + 1)];
    const ours = column < columns ? values[output * columns + column] : base[output % base.length];
    greatest = Math.max(greatest, Math.abs(theirs[index] - ours));
  }
  return greatest;
}

function oneRow(figure, { state, x }) {
  const { explain } = compileShap(state);
  const rows = Array.from({ length: 500 }, (_, row) => x.values.slice(row * 20, row * 20 + 20));
  const times = [];
  for (let round = 0; round < 10; round += 1) {
    const start = performance.now();
    for (const row of rows) explain(row);
    times.push(((performance.now() - start) / rows.length) * 1000);
  }
  return { figure, ours: median(times.slice(3)), unit: "µs" };
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.table(await run({ log: console.log }));
