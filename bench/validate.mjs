// Validation: what a dataset of a million rows is like (profile) and whether it drifted from another one (compare), from Parquet, against
// the statistics of TFDV made with pandas, and against Evidently's presets for data summary and drift. Evidently is made for pandas 2
// and has a Python of its own (bench/peers/.venv-evidently, or MILLRACE_EVIDENTLY); where it is not there, that figure has no peer.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "./measure.mjs";
import { evidentlyPython, peer } from "./peers/python.mjs";

const ROWS = 1_000_000;
const ROUNDS = 3;

export async function run({ log, options = {} }) {
  const rows = Number(options.rows ?? ROWS);
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  try {
    return await measured(folder, rows, log);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measured(folder, rows, log) {
  const { compareProfiles, openProfiler } = await import("../libs/drift/dist/index.js");
  const { scanParquet } = await import("../libs/tables/dist/index.js");
  const [reference, current] = ["reference", "current"].map((name) => join(folder, `${name}.parquet`));
  await writeRows(reference, rows, 1);
  await writeRows(current, rows, 2);
  const profileOf = async (file) => {
    const profiler = openProfiler();
    for await (const batch of scanParquet(file)) profiler.add(batch);
    return profiler.profile();
  };
  const known = JSON.stringify(await profileOf(reference));
  const python = await peer("validate.py");
  const [ours, pandas] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const statistics = await python.ask({ do: "statistics", current });
    const start = performance.now();
    const profile = await profileOf(current);
    const report = compareProfiles(JSON.parse(known), profile);
    const milliseconds = performance.now() - start;
    compare(profile, report, statistics);
    log(JSON.stringify({ round, ours: milliseconds, pandas: statistics.milliseconds }));
    if (round === 0) continue; // the first round warms all up
    ours.push(milliseconds);
    pandas.push(statistics.milliseconds);
  }
  python.stop();
  const evidently = await evidentlyTimes(reference, current);
  const size = `${rows / 1e6} M x 20 Parquet: profile and drift`;
  return [
    figure(`${size}, beside TFDV's statistics in pandas`, ours, pandas, 0.5),
    figure(`${size}, beside Evidently (summary and drift)`, ours, evidently, 0.3),
  ];
}

/** Evidently takes long for so many rows: once is enough. */
async function evidentlyTimes(reference, current) {
  const python = evidentlyPython();
  if (python === undefined) return [];
  const evidently = await peer("validate.py", python);
  const presets = await evidently.ask({ do: "evidently", reference, current });
  evidently.stop();
  return presets.missing ? [] : [presets.milliseconds];
}

function figure(name, ours, theirs, target) {
  const own = { figure: name, ours: median(ours), unit: "ms" };
  if (theirs.length === 0) return { ...own, target: `<= ${target}` };
  return { ...own, peer: median(theirs), ratio: median(ours) / median(theirs), target: `<= ${target}` };
}

/** The means must be those of the peer, and the one column that was shifted must be the one that drifted. */
function compare(profile, report, { means }) {
  for (const { name, kind, mean } of profile.columns) {
    if (kind === "number" && !(Math.abs(mean - means[name]) <= 1e-9 * Math.abs(mean) + 1e-12))
      throw new Error(`the mean of ${name} differs`);
  }
  const drifted = report.columns.filter((column) => column.drifted).map(({ name }) => name);
  if (drifted.join() !== "n3") throw new Error(`${drifted.join() || "nothing"} drifted, where n3 was shifted`);
}

/** 16 columns of numbers and 4 of texts; 2 % of the cells of half of them are missing, and in `current` n3 is shifted. */
async function writeRows(file, rows, seed) {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
  await connection.run(`select setseed(${seed / 10})`);
  const normal = "sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())";
  const shapes = [normal, "random()", `exp(${normal})`, `${normal} + ${seed === 2 ? 0.4 : 0}`, "floor(50 * random())"];
  const holed = (sql, at) => (at % 2 === 0 ? `case when random() < 0.02 then null else ${sql} end` : sql);
  const numbers = Array.from(
    { length: 16 },
    (_, at) => `${holed(shapes[at % 5 === 3 && at > 3 ? 0 : at % 5], at)} n${at}`,
  );
  const texts = Array.from(
    { length: 4 },
    (_, at) => `${holed(`'value ' || floor(${4 ** (at + 1)} * random() ** 2)::int`, at)} t${at}`,
  );
  const columns = [...numbers, ...texts].join(", ");
  await connection.run(`copy (select ${columns} from range(${rows})) to '${file}' (format parquet)`);
  connection.closeSync();
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  console.table(await run({ log: console.error }));
  process.exit(0);
}
