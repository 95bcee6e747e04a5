// How well the models do on real data sets: npm run bench -- quality --data DIR [--sets a,b] [--seeds 3]
// DIR holds CSV files and a SOURCES.md that tells of each its target, its positive class and what scikit-learn and LightGBM
// reached with stratified 5-fold cross-validation. Ours is the mean over as many folds, dealt anew for each seed.
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

const FOLDS = 5;
const MARGIN = 0.003;
const numbers = { impute: "numeric", with: "median" };
const texts = { impute: "categorical", with: "constant", value: "(missing)" };

/** The peer's settings, as SOURCES.md describes them. */
const recipes = {
  LR: {
    family: "logistic-regression",
    preprocess: [
      ...[numbers, texts, { scale: "numeric", with: "standard" }],
      { encode: "categorical", with: "one-hot", minFrequency: 10 },
    ],
  },
  LGBM: {
    family: "gradient-boosting",
    preprocess: [
      { impute: "numeric", with: "keep" },
      { impute: "categorical", with: "keep" },
      { encode: "categorical", with: "native" },
    ],
  },
  RF: {
    family: "random-forest",
    params: { trees: 200, minRows: 2 },
    preprocess: [numbers, texts, { encode: "categorical", with: "ordinal" }],
  },
};

export async function run({ log, options: { data, sets, seeds = "3" } }) {
  if (data === undefined || !existsSync(join(data, "SOURCES.md"))) {
    throw new Error("name the folder of the data sets and their SOURCES.md: npm run bench -- quality --data DIR");
  }
  const { openTables } = await import("@millrace/tables");
  const tables = await openTables();
  const figures = [];
  for (const set of setsOf(readFileSync(join(data, "SOURCES.md"), "utf8"))) {
    if (sets !== undefined && !sets.split(",").includes(set.name)) continue;
    const table = withCodes(await tables.readTable(join(data, set.file)), codes[set.name]);
    figures.push(...(await figuresOf(set, table, Number(seeds), log)));
  }
  tables.close();
  return figures;
}

/** Each "## name.csv" with its target, positive class and measured scores. */
function setsOf(text) {
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [, column, positive] = /target `([^`]+)` \((?:positive = `([^`]+)`)?/.exec(section) ?? [];
      const measured = [...section.matchAll(/^- measured (\w+): (?:AUC ([\d.]+)\S* )?acc ([\d.]+)/gm)].map(
        ([, recipe, auc, accuracy]) => ({ recipe, auc, accuracy }),
      );
      return { file: section.split("\n")[0].trim(), name: section.split(".")[0], column, positive, measured };
    })
    .filter(({ column, measured }) => column !== undefined && measured.length > 0);
}

/** Numbers that are codes, by the data set: the peer took them for categories. */
const codes = { vehicle_insurance_114k: ["Region_Code", "Policy_Sales_Channel"] };

function withCodes({ rows, columns }, names = []) {
  return { rows, columns: columns.map((column) => (names.includes(column.name) ? asTexts(column) : column)) };
}

function asTexts({ name, values }) {
  const dictionary = [...new Set(values)].map(String);
  const codeOf = new Map(dictionary.map((text, code) => [text, code]));
  return { name, kind: "text", dictionary, codes: Int32Array.from(values, (value) => codeOf.get(String(value))) };
}

/** A text column without two equal values, or a numeric one that is called an id, says nothing about other rows. */
function isIdentifier(column, rows) {
  if (/(^|_|[a-z])(id|ID|Id)$|CLIENTNUM/.test(column.name)) return new Set(column.values ?? column.codes).size === rows;
  return column.kind === "text" && column.dictionary.length === rows;
}

async function figuresOf(set, table, seeds, log) {
  const { crossValidate, labelsOf } = await import("@millrace/learning");
  const target = table.columns.find(({ name }) => name === set.column);
  const { codes: y, classes } = labelsOf(target);
  const features = table.columns
    .filter((column) => column !== target && !isIdentifier(column, table.rows))
    .map(({ name }) => name);
  return set.measured.flatMap(({ recipe, auc, accuracy }) => {
    const metric = auc === undefined ? "accuracy" : "roc_auc";
    const trial = { table, y, classes, positive: set.positive, features, ...recipes[recipe] };
    const scores = Array.from({ length: seeds }, (_, seed) => {
      return crossValidate({ ...trial, seed: 42 + seed, folds: FOLDS }, { threads: availableParallelism() }).mean[
        metric
      ];
    });
    const ours = scores.reduce((sum, score) => sum + score, 0) / seeds;
    const peer = Number(auc ?? accuracy);
    log(`${set.name}, ${recipes[recipe].family}: ${metric} ${ours.toFixed(4)}, the peer's ${peer.toFixed(4)}`);
    const figure = `${set.name}: ${recipes[recipe].family}`;
    return [{ figure, unit: metric, ours, peer, ratio: ours / peer, target: `≥ ${(peer - MARGIN).toFixed(4)}` }];
  });
}
