// Ingestion: a CSV file of 21 columns becomes training and test rows as Parquet, with statistics of each column, against pandas
// (read_csv, describe), scikit-learn (train_test_split) and pyarrow (to_parquet). Then files of 1 and 5 million rows (about 1 GB),
// each in a process of its own: the memory that it takes at its peak, and the time a row.
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "./measure.mjs";
import { peer } from "./peers/python.mjs";

const ROWS = 100_000;
const ROUNDS = 7;
const MANY = [1_000_000, 5_000_000];

export async function run({ log }) {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  try {
    const results = [await besidePandas(folder)];
    log(JSON.stringify(results[0]));
    results.push(...manyRows(folder));
    return results;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function besidePandas(folder) {
  const { openStaging } = await import("../libs/tables/dist/index.js");
  const file = join(folder, "rows.csv");
  writeRows(file, ROWS);
  const python = await peer("ingest.py");
  const [ours, theirs] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const answer = await python.ask({ do: "ingest", file, folder });
    const start = performance.now();
    const found = await ingest(openStaging, file, folder);
    const milliseconds = performance.now() - start;
    compare(found, answer);
    if (round === 0) continue; // the first round warms both up
    ours.push(milliseconds);
    theirs.push(answer.milliseconds);
  }
  python.stop();
  const figure = `CSV ${ROWS / 1000}k x 21 to split Parquet with statistics`;
  return {
    figure,
    ours: median(ours),
    unit: "ms",
    peer: median(theirs),
    ratio: median(ours) / median(theirs),
    target: "<= 0.6",
  };
}

async function ingest(openStaging, file, folder) {
  const staging = await openStaging({ folder });
  await staging.readFiles({ paths: [file] });
  const split = await staging.split({ test: 0.2, seed: 42, stratify: "y" });
  const statistics = await staging.statistics();
  await staging.write("train", join(folder, "train.parquet"), "parquet");
  await staging.write("test", join(folder, "test.parquet"), "parquet");
  await staging.close();
  return { train: split.train, statistics };
}

/** The means must be those of the peer: both did the same work. */
function compare({ train, statistics }, answer) {
  if (train !== answer.train) throw new Error(`${train} training rows, the peer has ${answer.train}`);
  for (const { name, mean } of statistics.filter(({ kind }) => kind === "number")) {
    if (!(Math.abs(mean - answer.means[name]) <= 1e-9 * Math.abs(mean))) throw new Error(`the mean of ${name} differs`);
  }
}

function manyRows(folder) {
  const measured = MANY.map((rows) => {
    const file = join(folder, "many.csv");
    writeRows(file, rows);
    const gigabytes = statSync(file).size / 2 ** 30;
    const { status, stdout } = spawnSync(process.execPath, [new URL(import.meta.url).pathname, "--alone", file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (status !== 0) throw new Error(`ingesting ${rows} rows failed`);
    rmSync(file);
    return { rows, gigabytes, ...JSON.parse(stdout) };
  });
  const [few, many] = measured;
  const linear = many.seconds / many.rows / (few.seconds / few.rows);
  return [
    ...measured.map(({ rows, gigabytes, peak }) => ({
      figure: `memory at the peak, ${rows / 1e6} M rows (${gigabytes.toFixed(2)} GiB)`,
      ours: peak,
      unit: "MiB",
      target: "<= 1024",
    })),
    ...measured.map(({ rows, seconds }) => ({ figure: `time, ${rows / 1e6} M rows`, ours: seconds, unit: "s" })),
    { figure: "time a row, 5 M against 1 M rows", ratio: linear, target: "<= 1.15" },
  ];
}

/** What a process of its own does for a file of many rows. */
async function alone(file) {
  const { openStaging } = await import("../libs/tables/dist/index.js");
  const start = performance.now();
  await ingest(openStaging, file, join(file, ".."));
  const seconds = (performance.now() - start) / 1000;
  console.log(JSON.stringify({ seconds, peak: process.resourceUsage().maxRSS / 1024 }));
}

/** Rows of 15 numbers, 5 texts and a class; 2 % of the cells of ten columns are missing. */
function writeRows(file, rows) {
  const random = generator(7);
  const categories = ["alpha", "beta", "gamma", "delta", "a longer category name"];
  const number = () => (random() < 0.02 ? "" : (50 + 40 * (random() + random() - 1)).toFixed(5));
  const rests = Array.from({ length: 20_000 }, () => [
    ...Array.from({ length: 9 }, number),
    ...Array.from({ length: 5 }, () => Math.floor(1000 * random())),
    ...Array.from({ length: 5 }, () => categories[Math.floor(5 * random() ** 2)]),
    random() < 0.3 ? "Yes" : "No",
  ]);
  const lines = rests.map((rest) => `${rest.join(",")}\n`);
  const names = [...Array.from({ length: 15 }, (_, at) => `n${at}`), ...Array.from({ length: 5 }, (_, at) => `t${at}`)];
  const out = openSync(file, "w");
  writeSync(out, `${[...names, "y"].join(",")}\n`);
  for (let row = 0; row < rows;) {
    let piece = "";
    for (; row < rows && piece.length < 1 << 20; row += 1) {
      piece += `${(100 * random()).toFixed(5)},${lines[Math.floor(lines.length * random())]}`;
    }
    writeSync(out, piece);
  }
  closeSync(out);
}

function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (process.argv[2] === "--alone") {
  await alone(process.argv[3]);
  process.exit(0);
}
if (process.argv[1] === new URL(import.meta.url).pathname) {
  console.table(await run({ log: console.error }));
  process.exit(0);
}
