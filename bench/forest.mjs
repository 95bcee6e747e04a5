// A random forest of 100 fully deep trees on 80,000 × 20, binning included, against scikit-learn and LightGBM's rf mode, 2 threads each.
// None of them scores the rows out of bag; all are judged on rows that they have not seen. npm run bench -- forest [--rounds 3]
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../libs/learning/dist/data/random.js";
import { rocAuc } from "../libs/learning/dist/metrics/roc-auc.js";
import { randomForest } from "../libs/learning/dist/models/random-forest.js";
import { median } from "./measure.mjs";
import { peer } from "./peers/python.mjs";

const [ROWS, TEST_ROWS, COLUMNS, TREES, THREADS] = [80_000, 20_000, 20, 100, 2];
const targets = { "scikit-learn": 0.03, lightgbm: 0.15 };

export async function run({ log, options: { rounds = "3" } = {} }) {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const file = join(folder, "rows");
  const python = await peer("forest.py");
  await python.ask({ do: "make", rows: ROWS, test: TEST_ROWS, columns: COLUMNS, file });
  const data = read(file);
  rmSync(folder, { recursive: true });
  const { leaves } = fitted(data); // which warms up, too
  const results = [];
  for (const name of Object.keys(targets))
    results.push(await compared(name, data, python, leaves, Number(rounds), log));
  python.stop();
  return results;
}

async function compared(name, data, python, leaves, rounds, log) {
  const [ours, theirs] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    // Ours is short beside the peer's: one fit before it and one after it see the same machine.
    ours.push(fitted(data));
    theirs.push(await python.ask({ do: "fit", peer: name, trees: TREES, threads: THREADS, leaves }));
    ours.push(fitted(data));
    log(`${name}: ${theirs.at(-1).milliseconds.toFixed(0)} ms, ours ${ours.at(-1).milliseconds.toFixed(0)} ms`);
  }
  const middle = (fits) => median(fits.map(({ milliseconds }) => milliseconds));
  return {
    figure: `random forest, ${TREES} trees, against ${name} (AUC ${ours[0].auc.toFixed(4)}, peer's ${theirs[0].auc.toFixed(4)})`,
    ...{ ours: middle(ours), unit: "ms", peer: middle(theirs), ratio: middle(ours) / middle(theirs) },
    target: `<= ${targets[name]}`,
  };
}

function fitted({ train, test }) {
  const parameters = randomForest.parameters({ trees: TREES, outOfBag: false });
  const start = performance.now();
  const state = randomForest.fit(train, parameters, { random: seededRandom(1), threads: THREADS });
  const milliseconds = performance.now() - start;
  const positive = randomForest.predict(state, test.x).filter((_, index) => index % 2 === 1);
  const { feature } = state.trees;
  const leaves = Math.round(feature.filter((column) => column < 0).length / TREES);
  return { milliseconds, leaves, auc: rocAuc((row) => test.y[row] === 1, positive) };
}

function read(file) {
  const array = (name, Kind) => {
    const bytes = readFileSync(`${file}.${name}`);
    return new Kind(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  };
  const [x, y] = [array("x", Float32Array), array("y", Int32Array)];
  const part = (first, rows) => ({
    x: { rows, columns: COLUMNS, values: x.subarray(first * COLUMNS, (first + rows) * COLUMNS) },
    y: y.subarray(first, first + rows),
    classes: 2,
  });
  return { train: part(0, ROWS), test: part(ROWS, TEST_ROWS) };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  console.table(await run({ log: console.error }));
  process.exit(0);
}
