// Preprocessing, fitted and applied to the rows that it learnt from, against scikit-learn's ColumnTransformer on the same rows:
// missing numbers become the median and all are scaled, missing texts become the most frequent one and all get columns of zeros
// and ones. Both begin with what their readers give: texts as codes with a dictionary here, as objects of Python there.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fitAndApplyPreprocessor } from "../libs/learning/dist/preprocessing/fit-and-apply.js";
import { compileRow } from "../libs/learning/dist/preprocessing/compile-row.js";
import { median } from "./measure.mjs";
import { peer } from "./peers/python.mjs";

const ROWS = 100_000;
const ROUNDS = 7;

const figures = [
  { scale: "robust", numbers: 10, categories: 10 },
  { scale: "standard", numbers: 10, categories: 10 },
  { scale: "robust", numbers: 20, categories: 0 },
];

export async function run({ log }) {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const python = await peer("preprocessing.py");
  const results = [];
  for (const figure of figures) {
    results.push(...(await measured(figure, python, join(folder, "rows"))));
    log(JSON.stringify(results.at(-1)));
  }
  python.stop();
  rmSync(folder, { recursive: true });
  return results;
}

async function measured({ scale, numbers, categories }, python, file) {
  await python.ask({ do: "make", rows: ROWS, numbers, categories, file });
  const table = read(file, numbers, categories);
  const steps = stepsOf(scale);
  const [ours, theirs] = [[], []];
  let fitted;
  for (let round = 0; round <= ROUNDS; round += 1) {
    const answer = await python.ask({ do: "prepare", scale });
    const start = performance.now();
    fitted = fitAndApplyPreprocessor(table, steps, { features: table.columns.map(({ name }) => name) });
    const milliseconds = performance.now() - start;
    compare(fitted.matrix, answer.sums);
    if (round === 0) continue; // the first round warms both up
    ours.push(milliseconds);
    theirs.push(answer.milliseconds);
  }
  const figure = `${scale}, ${ROWS / 1000}k x ${numbers} numbers and ${categories} texts`;
  const ratio = median(ours) / median(theirs);
  const all = { figure, ours: median(ours), unit: "ms", peer: median(theirs), ratio, target: "<= 0.3" };
  return [all, { figure: `one row, ${figure}`, ours: rowByRow(fitted.state, table), unit: "µs" }];
}

const stepsOf = (scale) => [
  { impute: "numeric", with: "median" },
  { impute: "categorical", with: "most-frequent" },
  { scale: "numeric", with: scale },
  { encode: "categorical", with: "one-hot" },
];

/** The sums of the columns' sizes must be those of the peer, to what float32 can tell. */
function compare({ rows, columns, values }, sums) {
  if (columns !== sums.length) throw new Error(`${columns} columns came out, the peer has ${sums.length}`);
  const own = new Float64Array(columns);
  for (let index = 0; index < rows * columns; index += 1) own[index % columns] += Math.abs(values[index]);
  own.forEach((sum, column) => {
    if (!(Math.abs(sum - sums[column]) <= 1e-5 * sums[column])) throw new Error(`column ${column} differs: ${sum}`);
  });
}

function rowByRow(state, table) {
  const toFeatures = compileRow(state);
  const cell = (column, row) =>
    column.kind === "text" ? (column.dictionary[column.codes[row]] ?? null) : column.values[row];
  const rows = Array.from({ length: 10_000 }, (_, row) =>
    Object.fromEntries(table.columns.map((column) => [column.name, cell(column, row)])),
  );
  const times = Array.from({ length: 10 }, () => {
    const start = performance.now();
    for (const row of rows) toFeatures(row);
    return ((performance.now() - start) * 1000) / rows.length;
  });
  return median(times);
}

function read(file, numbers, categories) {
  const buffer = (name) => new Uint8Array(readFileSync(`${file}.${name}`)).buffer;
  const [values, codes] = [new Float64Array(buffer("numbers")), new Int32Array(buffer("codes"))];
  const names = JSON.parse(readFileSync(`${file}.names`, "utf8"));
  const part = (array, column) => array.subarray(column * ROWS, (column + 1) * ROWS);
  const numeric = (_, column) => ({ name: `n${column}`, kind: "number", values: part(values, column) });
  const text = (_, column) => ({
    ...{ name: `t${column}`, kind: "text", dictionary: names[column] },
    codes: part(codes, column),
  });
  return {
    rows: ROWS,
    columns: [...Array.from({ length: numbers }, numeric), ...Array.from({ length: categories }, text)],
  };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  console.table(await run({ log: console.error }));
  process.exit(0);
}
