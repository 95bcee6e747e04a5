import type { InitPlan } from "./init-plan.js";
import type { TargetFacts } from "./init-target.js";
import type { DataRead } from "./profile-read.js";
import { percent } from "./profile-text.js";

export interface InitDocument {
  readonly name: string;
  readonly file: string;
  readonly csv: DataRead["csv"];
  readonly rows: number;
  readonly target: TargetFacts;
  readonly plan: InitPlan;
}

/** pipeline.yaml, with the reasons as comments. */
export function initYaml(document: InitDocument): string {
  const { name, file, csv, rows, target, plan } = document;
  const binary = target.classes.length === 2;
  const [rarest, most] = [target.classes[0]!, target.classes.at(-1)!];
  const folds = Math.max(2, Math.min(5, Math.floor(rarest[1] * 0.6)));
  const labelled = rows - target.missing;
  const lines = [
    `# Written by \`millrace init\` from ${rows} rows. docs/reference/pipeline.md says what else there is.`,
    `name: ${word(name)}`,
    `source: { path: ${word(file)}${csvText(csv)} }`,
    "# A data file and then an empty file _SUCCESS in this folder begin a run.",
    "triggers: [{ watch: incoming }]",
    ...plan.warnings.map((warning) => `# Look at this: ${warning}`),
    `# ${target.classes.length} classes; the rarest is ${percent(rarest[1] / labelled)} of the rows.`,
    `target: { column: ${word(target.column)}${binary ? `, positive: ${JSON.stringify(positiveOf(target))}` : ""} }`,
    "split: { test: 0.2, stratify: true, seed: 42 }",
    ...dropLines(plan),
    ...preprocessLines(plan),
    ...(rarest[1] < most[1] / 3 ? unevenLines(binary) : []),
    "candidates:",
    "  - { model: logistic-regression }",
    "  - { model: gradient-boosting, params: { rounds: 100, learningRate: 0.05, leaves: 15 } }",
    `select: { metric: ${binary ? "roc_auc" : "log_loss"}, folds: ${folds} }`,
    "# A modest floor, so that the first model gets through: raise it to what you need.",
    binary
      ? "accept: { at_least: { roc_auc: 0.55 } }"
      : `accept: { at_least: { balanced_accuracy: ${floorOf(target)} } }`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Weights make what is rare look more probable than it is. */
const unevenLines = (binary: boolean): string[] => [
  "# The classes are of very different size: rows of the rare ones count more.",
  "resample: class-weight",
  ...(binary
    ? [
        "# That makes the rare one look more probable than it is, which is set right again; what to call it is looked for.",
        "calibrate: platt",
        "threshold: { optimise: f1 }",
      ]
    : []),
];

const csvText = (csv: DataRead["csv"]): string => {
  const said = Object.entries(csv).map(([setting, value]) => `${setting}: ${JSON.stringify(value)}`);
  return said.length === 0 ? "" : `, csv: { ${said.join(", ")} }`;
};

/** What is asked for is called so in most data; else it is what is rare. */
const positiveOf = ({ classes }: TargetFacts): string =>
  (classes.find(([label]) => /^(1|true|yes|y|positive|pos)$/i.test(label)) ?? classes[0]!)[0];

/** A little above what guessing gives. */
const floorOf = ({ classes }: TargetFacts): number => Number((1.05 / classes.length).toFixed(3));

function dropLines({ dropped }: InitPlan): string[] {
  if (dropped.length === 0) return [];
  return ["features:", "  drop:", ...dropped.map(([column, reason]) => `    - ${word(column)} # ${reason}`)];
}

function preprocessLines({ dates, texts, numbers, words, manyKinds, missing, outliers }: InitPlan): string[] {
  const hasNumbers = numbers.length + dates.length + texts.length > 0;
  const indicators = missing ? ", indicators: true" : "";
  const steps = [
    ...(dates.length > 0 ? [`{ dates: ${list(dates)} }`] : []),
    ...(texts.length > 0 ? [`{ text: ${list(texts)} }`] : []),
    ...(hasNumbers ? [`{ impute: numeric, with: median${indicators} }`] : []),
    ...(words.length > 0 ? [`{ impute: categorical, with: most-frequent${indicators} }`] : []),
    ...(hasNumbers ? [`{ scale: numeric, with: ${outliers ? "robust" : "standard"} }`] : []),
    ...(words.length > manyKinds.length ? ["{ encode: categorical, with: one-hot }"] : []),
    ...(manyKinds.length > 0 ? [`{ encode: categorical, with: target, columns: ${list(manyKinds)} }`] : []),
  ];
  const why = outliers ? ["# Many values lie far out, so quartiles set the scale."] : [];
  return [...why, "preprocess:", ...steps.map((step) => `  - ${step}`)];
}

const list = (names: readonly string[]): string => `[${names.map(word).join(", ")}]`;

/** Quoted unless YAML can take it for nothing but a text. */
const word = (text: string): string =>
  /^[A-Za-z_][\w.-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text);
