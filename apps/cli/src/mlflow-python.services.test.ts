import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cell, type Column, type Table } from "@millrace/contracts";
import {
  applyPreprocessor,
  describeFeatures,
  families,
  fitPreprocessor,
  mlflowFolder,
  openModel,
  packModel,
  predictedClasses,
  seededRandom,
} from "@millrace/learning";
import { openTracking } from "@millrace/tracking";

// Each server has a Python environment of its own, with MLflow of the same version and onnxruntime.
const servers = [
  { major: 3, uri: process.env.MLFLOW_TRACKING_URI!, python: process.env.MLFLOW_PYTHON },
  { major: 2, uri: process.env.MLFLOW2_TRACKING_URI!, python: process.env.MLFLOW2_PYTHON },
].filter(({ uri }) => uri !== undefined);

const features = ["tenure", "MonthlyCharges", "TotalCharges", "Contract", "PaymentMethod"];
const classes = ["No", "Yes"];
const payments = ["Electronic check", "Mailed check", "Credit card, automatic"];
/** What no customer had when the model was trained. */
const unseen = ["Cash", "ünbekannt"];

/** A tenth of every column is missing. */
function customers(rows: number, seed: number, methods: readonly string[]): Table {
  const random = seededRandom(seed);
  const numbers = (name: string, value: () => number): Column => ({
    ...{ name, kind: "number" },
    values: Float64Array.from({ length: rows }, () => (random.next() < 0.1 ? NaN : value())),
  });
  const texts = (name: string, dictionary: readonly string[]): Column => ({
    ...{ name, kind: "text", dictionary },
    codes: Int32Array.from({ length: rows }, () => (random.next() < 0.1 ? -1 : random.integer(dictionary.length))),
  });
  const columns = [
    numbers("tenure", () => random.integer(73)),
    numbers("MonthlyCharges", () => 18 + random.next() * 100),
    numbers("TotalCharges", () => random.next() * 8_000),
    texts("Contract", ["Month-to-month", "One year", "Two year"]),
    texts("PaymentMethod", methods),
  ];
  return { rows, columns };
}

function churnOf(table: Table): Int32Array {
  const random = seededRandom(7);
  return Int32Array.from({ length: table.rows }, (_, row) => {
    const [tenure, charges, , contract] = table.columns.map((column) => cell(column, row));
    const monthly = contract === "Month-to-month" ? 1 : -1;
    const score = (30 - Number(tenure ?? 30)) / 20 + (Number(charges ?? 65) - 65) / 40 + monthly;
    return score + 3 * (random.next() - 0.5) > 0 ? 1 : 0;
  });
}

function churnModel(family: "gradient-boosting" | "logistic-regression"): Uint8Array {
  const train = customers(2_000, 1, payments);
  const steps = [
    { derive: { Value: "MonthlyCharges * tenure" } },
    { impute: "numeric", with: "median" },
    { impute: "categorical", with: "most-frequent" },
    { scale: "numeric", with: "standard" },
    { encode: "categorical", with: "one-hot" },
  ] as const;
  const preprocessor = fitPreprocessor(train, steps, { features });
  const { fit, parameters } = families[family]!;
  const data = { x: applyPreprocessor(preprocessor, train), y: churnOf(train), classes: 2, categorical: [] };
  const model = fit(data, parameters({}), { random: seededRandom(3) });
  const about = { target: "Churn", features: describeFeatures(train, features), metrics: {}, seed: 1 };
  return packModel({ model, preprocessor, classes, positive: "Yes", threshold: 0.4, ...about });
}

/** As somebody would save them: a missing value is nothing at all. */
const csvOf = ({ rows, columns }: Table): string =>
  [
    columns.map(({ name }) => name),
    ...Array.from({ length: rows }, (_, row) => columns.map((column) => csvCell(cell(column, row)))),
  ]
    .map((row) => row.join(","))
    .join("\n");
const csvCell = (value: unknown): string => (typeof value === "string" ? JSON.stringify(value) : String(value ?? ""));

interface Scores {
  label: string[];
  probability_No: number[];
  probability_Yes: number[];
}

describe.each(servers)("a model of ours in Python, by MLflow $major", ({ major, uri, python }) => {
  const dirs: string[] = [];
  afterEach(async () => {
    for (const dir of dirs.splice(0)) await rm(dir, { recursive: true });
  });

  /** Registered as the registry does it, and called the champion. */
  async function championOf(packed: Uint8Array): Promise<string> {
    const tracking = await openTracking({ mlflowTrackingUri: uri, dir: "/nowhere" });
    const [key, model] = [`run-${randomUUID()}`, `churn-${randomUUID().slice(0, 8)}`];
    const { runId } = await tracking.openRun({ key, experiment: "churn in python", name: "train" });
    const files = [...mlflowFolder(packed).files, { path: "model.millrace", bytes: packed }];
    const version = { key, model, runId, experiment: "churn in python", files, tags: {} };
    await tracking.setAlias(model, "champion", (await tracking.registerVersion(version)).version);
    await tracking.close();
    return `models:/${model}@champion`;
  }

  async function scoredInPython(model: string, table: Table) {
    if (python === undefined)
      throw new Error(
        `There is no Python with MLflow ${major}: start the servers by npm run services:up, without Docker.`,
      );
    const dir = await mkdtemp(join(tmpdir(), "python-"));
    dirs.push(dir);
    await writeFile(join(dir, "rows.csv"), csvOf(table));
    const script = join(__dirname, "../fixtures/score_with_mlflow.py");
    const environment = {
      ...process.env,
      MLFLOW_TRACKING_URI: uri,
      MLFLOW_DISABLE_TELEMETRY: "true",
      DO_NOT_TRACK: "true",
    };
    const options = { env: environment, maxBuffer: 2 ** 26 };
    const { stdout } = await promisify(execFile)(python, [script, model, join(dir, "rows.csv")], options);
    return JSON.parse(stdout) as { rows: number; mlflow: string; pyfunc: Scores; onnx: Scores };
  }

  test.each(["gradient-boosting", "logistic-regression"] as const)(
    "%s gives our labels, and our scores within 1e-6, for rows with missing values and unseen categories",
    async (family) => {
      const packed = churnModel(family);
      const table = customers(1_500, 2, [...payments, ...unseen]);
      const { pyfunc, onnx, rows, mlflow } = await scoredInPython(await championOf(packed), table);
      expect({ rows, major: Number(mlflow.split(".")[0]) }).toEqual({ rows: 1_500, major });
      const ours = openModel(packed).predictTable(table);
      const labels = predictedClasses({ classes, positive: "Yes", threshold: 0.4, probabilities: ours });
      for (const scores of [pyfunc, onnx]) {
        expect(scores.label).toEqual(Array.from(labels, (code) => classes[code]));
        expect(largestDifference(scores.probability_Yes, (row) => ours[row * 2 + 1]!)).toBeLessThan(1e-6);
        expect(largestDifference(scores.probability_No, (row) => ours[row * 2]!)).toBeLessThan(1e-6);
      }
      expect(new Set(labels).size).toBe(2);
    },
    120_000,
  );
});

const largestDifference = (scores: readonly number[], expected: (row: number) => number): number =>
  scores.reduce((most, score, row) => Math.max(most, Math.abs(score - expected(row))), 0);
