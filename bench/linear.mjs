// Linear models against scikit-learn on the same rows with the same penalty. Both are judged by what they minimise: a fit that is
// quicker because it ends earlier would show in the objective. Ours has 2 threads, the peer as many as its BLAS takes.
import { readFileSync } from "node:fs";
import { seededRandom } from "../libs/learning/dist/data/random.js";
import { linearRegression } from "../libs/learning/dist/models/linear-regression.js";
import { logisticRegression } from "../libs/learning/dist/models/logistic-regression.js";
import { measureBeside, median } from "./measure.mjs";

const THREADS = 2;
const ROUNDS = 9;

/** What of each penalty is minimised beside the sum of the losses. */
const models = {
  logistic: { family: logisticRegression, params: {}, l2: 1, l1: 0 },
  l1: { family: logisticRegression, params: { penalty: "l1", C: 0.01 }, l2: 0, l1: 100 },
  ridge: { family: linearRegression, params: {}, l2: 1, l1: 0 },
  "elastic-net": { family: linearRegression, params: { penalty: "elastic-net", alpha: 0.05 }, l2: 2500, l1: 2500 },
};

const figures = [
  { model: "logistic", rows: 100_000, columns: 50, classes: 2, type: "float64", target: "<= 0.5" },
  { model: "logistic", rows: 100_000, columns: 50, classes: 2, type: "float32" },
  { model: "logistic", rows: 50_000, columns: 30, classes: 5, type: "float64" },
  { model: "l1", rows: 20_000, columns: 50, classes: 2, type: "float64" },
  { model: "ridge", rows: 100_000, columns: 50, classes: 0, type: "float64" },
  { model: "elastic-net", rows: 100_000, columns: 50, classes: 0, type: "float64" },
];

export const run = ({ log }) => measureBeside("linear.py", figures, measured, log);

async function measured({ target, ...figure }, python, file) {
  await python.ask({ do: "make", ...figure, file });
  const data = read(file, figure);
  const [ours, theirs] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const answer = await python.ask({ do: "fit", model: figure.model });
    const own = fitted(data, models[figure.model]);
    // The first round warms both up.
    if (round === 0) continue;
    ours.push(own);
    theirs.push(answer);
  }
  const [mine, other] = [ours, theirs].map((fits) => median(fits.map(({ milliseconds }) => milliseconds)));
  const [own, peers] = [ours, theirs].map(([fit]) => objective(data, fit, models[figure.model]));
  const below = (1 - own / peers).toExponential(1);
  const { model, rows, columns, classes, type } = figure;
  const shape = `${rows / 1000}k x ${columns}${classes > 2 ? `, ${classes} classes` : ""}, ${type}`;
  return {
    figure: `${model} ${shape} (objective lower than the peer's by ${below} of it)`,
    ...{ unit: "ms", ours: mine, peer: other, ratio: mine / other, target: target ?? null },
  };
}

function read(file, { rows, columns, classes, type }) {
  const { buffer } = new Uint8Array(readFileSync(file));
  const Values = type === "float32" ? Float32Array : Float64Array;
  const values = new Values(buffer, 0, rows * columns);
  const y = new Float64Array(buffer.slice(values.byteLength));
  return { x: { rows, columns, values }, y: classes === 0 ? y : Int32Array.from(y), classes };
}

function fitted(data, { family, params }) {
  const context = { random: seededRandom(1), threads: THREADS };
  const start = performance.now();
  const { coefficients, intercepts } = family.fit(data, family.parameters(params), context);
  return { milliseconds: performance.now() - start, coefficients, intercepts };
}

/** The sum of the losses and the penalty. */
function objective({ x, y, classes }, { coefficients, intercepts }, { l2, l1 }) {
  let sum = coefficients
    .flat()
    .reduce((penalty, weight) => penalty + (l2 / 2) * weight ** 2 + l1 * Math.abs(weight), 0);
  for (let row = 0; row < x.rows; row += 1) {
    const features = x.values.subarray(row * x.columns, (row + 1) * x.columns);
    const scores = coefficients.map((weights, k) =>
      weights.reduce((at, w, index) => at + w * features[index], intercepts[k]),
    );
    sum += lossOf(scores, y[row], classes);
  }
  return sum;
}

function lossOf(scores, target, classes) {
  if (classes === 0) return (scores[0] - target) ** 2 / 2;
  const all = classes === 2 ? [0, scores[0]] : scores;
  const most = Math.max(...all);
  return most + Math.log(all.reduce((sum, score) => sum + Math.exp(score - most), 0)) - all[target];
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.table(await run({ log: console.log }));
