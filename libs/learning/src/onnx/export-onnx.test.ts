import { cell, type Column, type Table } from "@millrace/contracts";
import { seededRandom } from "../data/random.js";
import { predictedClasses } from "../metrics/metrics.js";
import { familyNamed } from "../models/families.js";
import { openModel } from "../packages/open-model.js";
import { packModel, unpackModel, type ModelPackage } from "../packages/model-package.js";
import type { CalibrationState } from "../calibration/calibration.js";
import { applyPreprocessor } from "../preprocessing/apply-preprocessor.js";
import { categoricalOutputs } from "../preprocessing/chain-outputs.js";
import { describeFeatures } from "../preprocessing/describe-features.js";
import { fitPreprocessor } from "../preprocessing/fit-preprocessor.js";
import type { PreprocessStep } from "../preprocessing/preprocessor-state.js";
import { exportOnnx } from "./export-onnx.js";
import { mlflowFolder } from "./mlflow-folder.js";
import { mlflowModelFile } from "./mlflow-model.js";
import { largestDifference, startOnnxRuntime, type Answer, type Feed } from "./onnxruntime-for-test.js";

const runtime = startOnnxRuntime();
afterAll(() => runtime.stop());

const features = ["age (years)", "label", "plan", "city", "joined"];

/** Numbers, texts and a date, with missing values; one feature has the name that an output would have. */
function customers(rows: number, seed: number): Table {
  const random = seededRandom(seed);
  const numbers = (name: string, value: () => number): Column => ({
    ...{ name, kind: "number" },
    values: Float64Array.from({ length: rows }, () => (random.next() < 0.1 ? NaN : value())),
  });
  const texts = (name: string, dictionary: readonly string[]): Column => ({
    ...{ name, kind: "text", dictionary },
    codes: Int32Array.from({ length: rows }, () => random.integer(dictionary.length + 1) - 1),
  });
  const columns = [
    numbers("age (years)", () => 18 + random.integer(60)),
    numbers("label", () => random.next() * 1000),
    texts("plan", ["None", "basic", "ünlimited"]),
    texts("city", ["Bern", "Graz", "Lyon", "Pisa"]),
    numbers("joined", () => Date.UTC(2020, random.integer(48), 1 + random.integer(28), random.integer(24))),
  ];
  return { rows, columns };
}

const answerOf = (table: Table, row: number, noise: number): number => {
  const [age = 40, spent = 500, plan] = table.columns.map((column) => cell(column, row));
  return (Number(age) - 40) / 20 + (Number(spent) - 500) / 300 + (plan === "basic" ? 1 : -0.5) + noise;
};

const train = customers(400, 1);
const random = seededRandom(2);
const scores = Float64Array.from({ length: train.rows }, (_, row) => answerOf(train, row, random.next() - 0.5));
const classesOf = (count: number) =>
  Int32Array.from(scores, (score) => (score < -1 ? 0 : score < 0.5 || count < 3 ? 1 : 2));

const numeric: readonly PreprocessStep[] = [
  { dates: ["joined"], parts: ["year", "month", "weekday"] },
  { impute: "numeric", with: "median" },
  { impute: "categorical", with: "most-frequent" },
  { scale: "numeric", with: "standard" },
  { encode: "categorical", with: "one-hot" },
];
/** As trees take them: missing values stay, texts are codes. */
const native: readonly PreprocessStep[] = [
  { dates: ["joined"], parts: ["year", "month"] },
  { impute: "numeric", with: "keep", indicators: true },
  { impute: "categorical", with: "keep", indicators: true },
  { encode: "categorical", with: "native" },
];
const quick: Readonly<Record<string, Record<string, unknown>>> = {
  "gradient-boosting": { rounds: 20 },
  "random-forest": { trees: 10 },
};

function packageOf(family: string, classes: readonly string[], more: Partial<ModelPackage> = {}): ModelPackage {
  const steps = quick[family] ? native : numeric;
  const preprocessor = fitPreprocessor(train, steps, { features });
  const { fit, parameters } = familyNamed(family);
  const data = {
    x: applyPreprocessor(preprocessor, train),
    y: classes.length === 0 ? scores : classesOf(classes.length),
    ...{ classes: classes.length, categorical: categoricalOutputs(preprocessor) },
  };
  const model = fit(data, parameters(quick[family] ?? {}), { random: seededRandom(3) });
  const about = { target: "answer", features: describeFeatures(train, features), metrics: {}, seed: 1 };
  return { model, preprocessor, classes, ...about, ...more };
}

/** The raw columns as the model takes them. */
const feedsOf = (table: Table): Feed[] =>
  table.columns.map((column) => ({
    name: column.name,
    shape: [table.rows, 1],
    ...(column.kind === "number"
      ? column.name === "joined"
        ? { type: "float64", values: column.values }
        : { type: "float32", values: Float32Array.from(column.values) }
      : { type: "string", values: Array.from(column.codes, (code) => column.dictionary[code] ?? "") }),
  }));

const answered = (answers: readonly Answer[], name: string) => answers.find((answer) => answer.name === name)!;

const table = customers(10_000, 7);
const isotonic: CalibrationState = {
  ...{ version: 1, method: "isotonic", classes: 2 },
  curves: [{ x: [0.1, 0.3, 0.300001, 0.9], y: [0, 0.2, 0.7, 1] }],
};
const temperature: CalibrationState = { version: 1, method: "temperature", classes: 3, sharpness: 0.4 };

describe.each(["logistic-regression", "gradient-boosting", "random-forest"])("%s as ONNX", (family) => {
  it.each<[string, string[], Partial<ModelPackage>]>([
    ["two classes", ["no", "yes"], {}],
    ["two classes and a threshold", ["no", "yes"], { positive: "no", threshold: 0.3 }],
    ["two classes, calibrated", ["no", "yes"], { calibration: isotonic, threshold: 0.6 }],
    ["three classes", ["low", "middle", "high"], {}],
    ["three classes, calibrated", ["low", "middle", "high"], { calibration: temperature }],
  ])("gives the labels and probabilities of the package, for %s", async (_, classes, more) => {
    const content = packageOf(family, classes, more);
    const probabilities = openModel(packModel(content)).predictTable(table);
    const answers = await runtime.run(exportOnnx(content), feedsOf(table));
    const labels = Array.from(predictedClasses({ ...content, probabilities }), (code) => classes[code]!);
    expect(answered(answers, "label_2")).toEqual({ name: "label_2", values: labels, shape: [table.rows] });
    classes.forEach((name, code) => {
      const { values, shape } = answered(answers, `probability_${name}`);
      const expected = Float64Array.from(labels, (_, row) => probabilities[row * classes.length + code]!);
      expect(shape).toEqual([table.rows]);
      expect(largestDifference(values as ArrayLike<number>, expected)).toBeLessThan(1e-7);
    });
  });
});

it.each(["linear-regression", "gradient-boosting"])("%s as ONNX gives the values of the package", async (family) => {
  const content = packageOf(family, []);
  const [answer] = await runtime.run(exportOnnx(content), feedsOf(table));
  const expected = openModel(packModel(content)).predictTable(table);
  expect(answer).toMatchObject({ name: "label_2", shape: [table.rows] });
  expect(largestDifference(answer!.values as ArrayLike<number>, expected)).toBeLessThan(1e-6);
});

describe("an exported model", () => {
  const content = packageOf("logistic-regression", ["no", "yes"]);

  it("has the same bytes for the same package, before and after it was packed", () => {
    expect(exportOnnx(packageOf("logistic-regression", ["no", "yes"]))).toEqual(exportOnnx(content));
    expect(exportOnnx(unpackModel(packModel(content)))).toEqual(exportOnnx(content));
  });

  it("takes what Python makes of a missing text for missing, except where it is a category", async () => {
    const ask = async (plan: string, city: string) => {
      const feeds = feedsOf({ ...customers(1, 1), rows: 1 }).map((feed) => {
        const text = { plan, city }[feed.name];
        return text === undefined ? feed : { ...feed, values: [text] };
      });
      return Array.from(answered(await runtime.run(exportOnnx(content), feeds), "probability_yes").values);
    };
    expect(await ask("basic", "nan")).toEqual(await ask("basic", ""));
    expect(await ask("nan", "Bern")).toEqual(await ask("", "Bern"));
    expect(await ask("None", "Bern")).not.toEqual(await ask("", "Bern"));
  });

  it("is not made of a column without a name", () => {
    const nameless = { ...content, features: content.features.map((feature) => ({ ...feature, name: "" })) };
    expect(() => exportOnnx(nameless)).toThrow(/feature 1: it has no name.*Name the column/);
  });

  it("is described to MLflow with the names of its inputs and outputs", () => {
    const { signature, flavors } = JSON.parse(mlflowModelFile(content));
    const names = (list: string) => (JSON.parse(list) as { name: string }[]).map(({ name }) => name);
    expect(names(signature.inputs)).toEqual(features);
    expect(names(signature.outputs)).toEqual(["label_2", "probability_no", "probability_yes"]);
    expect(flavors.python_function).toMatchObject({ data: "model.onnx", loader_module: "mlflow.onnx" });
  });

  it("is a folder for MLflow, beside what describes it", () => {
    const { files, problem } = mlflowFolder(packModel(content));
    expect(problem).toBeUndefined();
    const names = ["MLmodel", "requirements.txt", "python_env.yaml", "conda.yaml", "model.onnx"];
    expect(files.map(({ path }) => path)).toEqual(names);
    expect(files.at(-1)!.bytes).toEqual(exportOnnx(content));
  });

  it("is no folder, with the reason, where ONNX has no operator for what the model does, or where there is no model", () => {
    const steps = [{ impute: "numeric", with: "knn" }, { impute: "categorical", with: "most-frequent" }, numeric[0]!];
    const preprocessor = fitPreprocessor(train, [...(steps as PreprocessStep[]), ...numeric.slice(3)], { features });
    const model = packageOf("logistic-regression", ["no", "yes"], { preprocessor });
    const { files, problem } = mlflowFolder(packModel(model));
    expect(files).toEqual([]);
    expect(problem).toMatchObject({ code: "ONNX_NOT_POSSIBLE", message: expect.stringContaining("neighbours") });
    expect(mlflowFolder(Buffer.from("no package"))).toMatchObject({ files: [], problem: { name: "ProblemError" } });
  });
});
