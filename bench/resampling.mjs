// Resampling, the search for neighbours included, against imbalanced-learn on the same 100k rows of 20 columns, 16 % of them of
// the smaller class. Where no chance is in it, both have to keep the same rows.
import { readFileSync } from "node:fs";
import { seededRandom } from "../libs/learning/dist/data/random.js";
import { resamplerNamed } from "../libs/learning/dist/resampling/resamplers.js";
import { measureBeside, median } from "./measure.mjs";

const ROWS = 100_000;
const COLUMNS = 20;
const THREADS = 2;

/** Those that take the peer half a minute and more are repeated less often. */
const figures = [
  { resampler: "smote", rounds: 7, target: "<= 0.3" },
  { resampler: "smote-tomek", rounds: 3, target: "<= 0.05" },
  { resampler: "smote-enn", rounds: 2 },
  { resampler: "tomek-links", rounds: 3 },
  { resampler: "edited-nearest-neighbours", rounds: 3 },
  { resampler: "smote-nc", rounds: 2, rows: 20_000, categories: 6 },
];

export const run = ({ log }) => measureBeside("resampling.py", figures, measured, log);

async function measured({ resampler, rounds, target, rows = ROWS, categories = 0 }, python, file) {
  await python.ask({ do: "make", rows, categories, file });
  const data = read(file, rows, categories);
  const [ours, theirs] = [[], []];
  resampled(resampler, data, 0);
  for (let round = 0; round <= rounds; round += 1) {
    const answer = await python.ask({ do: "resample", resampler, categories, seed: round });
    const { milliseconds, result } = resampled(resampler, data, round);
    compare(resampler, result, answer);
    // The first round warms the peer up too; where the peer takes long, it is not asked once more for that.
    if (round === 0 && answer.seconds < 5) continue;
    ours.push(milliseconds);
    theirs.push(answer.seconds * 1000);
    if (theirs.length === rounds) break;
  }
  const figure = `${resampler}, ${rows / 1000}k x ${COLUMNS}${categories ? `, ${categories} of categories` : ""}`;
  const ratio = median(ours) / median(theirs);
  return { figure, ours: median(ours), unit: "ms", peer: median(theirs), ratio, target };
}

function resampled(name, data, seed) {
  const resampler = resamplerNamed(name);
  const start = performance.now();
  const result = resampler.resample(data, resampler.defaults, { random: seededRandom(seed), threads: THREADS });
  return { milliseconds: performance.now() - start, result };
}

function read(file, rows, categories) {
  const array = (name, Kind) => {
    const bytes = readFileSync(`${file}.${name}`);
    return new Kind(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  };
  const x = { rows, columns: COLUMNS, values: array("x", Float32Array) };
  const categorical = Array.from({ length: categories }, (_, index) => COLUMNS - categories + index);
  return { x, y: array("y", Int32Array), classes: 2, ...(categories > 0 && { categorical }) };
}

/** What is left of the rows has to be the same; after chance, as many rows to one in a hundred. */
function compare(resampler, { kept, made, y }, answer) {
  const digest = kept.reduce((sum, row, at) => sum + row * (1 + (at % 97)), 0);
  if (answer.digest !== null && made === 0 && digest !== answer.digest)
    throw new Error(`${resampler} keeps other rows than its peer does`);
  if (Math.abs(y.length - answer.rows) > answer.rows / 100)
    throw new Error(`${resampler} gives ${y.length} rows, its peer ${answer.rows}`);
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.table(await run({ log: console.log }));
