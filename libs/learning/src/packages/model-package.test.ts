import { cell, columnNamed, sha256, type ProblemError, type Table } from "@millrace/contracts";
import fc from "fast-check";
import { applyCalibration, type CalibrationState } from "../calibration/calibration.js";
import {
  applyPreprocessor,
  crossValidate,
  describeFeatures,
  families,
  familyNamed,
  fitPreprocessor,
  labelCodes,
  openModel,
  packModel,
  seededRandom,
  stratifiedFolds,
  takeRows,
  validateFold,
  type FeatureProblem,
  type ModelPackage,
  type PreprocessStep,
} from "../index.js";

const random = seededRandom(11);
const rows = 120;
const churn: Table = {
  rows,
  columns: [
    {
      name: "tenure",
      kind: "number",
      values: Float64Array.from({ length: rows }, (_, row) => (row % 11 ? random.integer(70) : NaN)),
    },
    {
      name: "contract",
      kind: "text",
      codes: Int32Array.from({ length: rows }, (_, row) => (row % 13 ? random.integer(3) : -1)),
      dictionary: ["month", "two", "year"],
    },
    { name: "a/b~c", kind: "number", values: Float64Array.from({ length: rows }, () => random.next()) },
  ],
};
const target = {
  name: "churn",
  kind: "text" as const,
  codes: Int32Array.from({ length: rows }, (_, row) =>
    Number(cell(churn.columns[2]!, row)) + random.next() > 1 ? 1 : 0,
  ),
  dictionary: ["No", "Yes"],
};
const { classes, codes: y } = labelCodes(target);
const features = ["tenure", "contract", "a/b~c"];
const steps: PreprocessStep[] = [
  { impute: "numeric", with: "median" },
  { impute: "categorical", with: "most-frequent" },
  { scale: "numeric", with: "standard" },
  { encode: "categorical", with: "one-hot" },
];

function pack(name: string, more: Partial<ModelPackage> = {}): Uint8Array {
  const family = familyNamed(name);
  const preprocessor = fitPreprocessor(churn, steps, { features });
  const parameters = family.parameters(name === "ml-random-forest" ? { trees: 5 } : {});
  const model = family.fit({ x: applyPreprocessor(preprocessor, churn), y, classes: 2 }, parameters, {
    random: seededRandom(1),
  });
  return packModel({
    model,
    preprocessor,
    classes,
    target: "churn",
    positive: "Yes",
    features: describeFeatures(churn, features),
    metrics: { f1: 0.5 },
    seed: 1,
    ...more,
  });
}
function packRegression(name: string): Uint8Array {
  const preprocessor = fitPreprocessor(churn, steps, { features });
  const values = Float64Array.from(y, (code) => code * 10);
  const x = applyPreprocessor(preprocessor, churn);
  const family = familyNamed(name);
  const model = family.fit({ x, y: values, classes: 0 }, family.parameters({}), { random: seededRandom(1) });
  const about = { target: "value", features: describeFeatures(churn, features), metrics: {}, seed: 1 };
  return packModel({ model, preprocessor, classes: [], ...about });
}
const rowAt = (table: Table, row: number) => table.columns.map((column) => cell(column, row) ?? null);

const classifiers = Object.values(families).filter(({ tasks }) => tasks.includes("classification"));

describe.each(classifiers.map(({ name }) => name))("a package of %s", (name) => {
  it("has the same bytes whenever the same is trained", () => {
    expect(sha256(pack(name))).toBe(sha256(pack(name)));
  });

  it("predicts a row as it predicts a table, to the bit, by position and by name", () => {
    const model = openModel(pack(name));
    const all = model.predictTable(churn);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: rows - 1 }), (row) => {
        const cells = rowAt(churn, row);
        const byPosition = model.predictRow(cells);
        expect(Object.values(byPosition.probabilities)).toEqual([...all.subarray(row * 2, row * 2 + 2)]);
        expect(model.predictRow(Object.fromEntries(features.map((feature, index) => [feature, cells[index]])))).toEqual(
          byPosition,
        );
        expect(byPosition.confidence).toBe(byPosition.probabilities[byPosition.prediction]);
        expect([...model.scoreRows!([cells, cells])]).toEqual([...model.scoreRow(cells), ...model.scoreRow(cells)]);
        expect(byPosition.prediction).toBe(all[row * 2 + 1]! >= 0.5 ? "Yes" : "No");
      }),
    );
  });
});

describe("a package", () => {
  const model = openModel(pack("logistic-regression"));

  it("says what it is about", () => {
    expect(model.metadata).toMatchObject({
      family: "logistic-regression",
      target: "churn",
      positive: "Yes",
      metrics: { f1: 0.5 },
      seed: 1,
    });
    expect(model.features.map(({ name, kind }) => [name, kind])).toEqual([
      ["tenure", "number"],
      ["contract", "text"],
      ["a/b~c", "number"],
    ]);
    expect(model.features[1]).toMatchObject({ categories: ["month", "two", "year"], example: expect.any(String) });
    expect(model.features[0]).toMatchObject({
      min: expect.any(Number),
      max: expect.any(Number),
      example: expect.any(Number),
    });
  });

  it("refuses to give a value instead of a class, and says what to ask", () => {
    expect(() => model.predictValue([3, "month", 0.2])).toThrow(/is a classification.*Ask predictRow/);
  });

  it("predicts its positive class from its threshold on", () => {
    const eager = openModel(pack("logistic-regression", { threshold: 0.01 }));
    expect(eager.predictRow([3, "month", 0.2]).prediction).toBe("Yes");
    expect(model.predictRow([3, "month", 0.05]).prediction).toBe("No");
  });

  it.each<CalibrationState>([
    { version: 1, classes: 2, method: "isotonic", curves: [{ x: [0.2, 0.8], y: [0.1, 0.9] }] },
    { version: 1, classes: 2, method: "temperature", sharpness: 0.5 },
  ])(
    "gives probabilities as its calibration ($method) has them, to the bit the same for a row and a table",
    (calibration) => {
      const calibrated = openModel(pack("logistic-regression", { calibration }));
      const probabilities = applyCalibration(calibration, model.predictTable(churn));
      expect(calibrated.predictTable(churn)).toEqual(probabilities);
      expect(calibrated.predictRow(rowAt(churn, 3)).probabilities).toEqual({
        No: probabilities[6],
        Yes: probabilities[7],
      });
    },
  );

  it("tells classes apart that are named as what every object has", () => {
    const classes = ["__proto__", "constructor"];
    const odd = openModel(pack("logistic-regression", { classes, positive: "constructor" }));
    const { probabilities, confidence, prediction } = odd.predictRow(rowAt(churn, 3));
    expect(Object.entries(probabilities).map(([name]) => name)).toEqual(classes);
    expect(Object.entries(probabilities).find(([name]) => name === prediction)![1]).toBe(confidence);
  });

  it("takes an unknown category for none, and null for a missing value", () => {
    expect(model.predictRow([3, "never seen", 0.5]).prediction).toMatch(/Yes|No/);
    const filled = model.predictRow([
      churn.columns[0]!.kind === "number" ? (model.features[0]!.example as number) : 0,
      null,
      0.5,
    ]);
    expect(model.predictRow([null, null, 0.5])).toEqual(filled);
  });

  it.each<[string, unknown, FeatureProblem[]]>([
    ["too few values", [1, "two"], [{ pointer: "", message: "has 2 values where the model has 3 features" }]],
    ["a text for a number", ["1", "two", 1], [{ pointer: "/0", message: 'must be a number, not "1" (tenure)' }]],
    ["infinity", [Infinity, "two", 1], [{ pointer: "/0", message: "must be a number, not Infinity (tenure)" }]],
    ["an object for a text", [1, {}, 1], [{ pointer: "/1", message: "must be a text, not {} (contract)" }]],
    ["no row at all", null, [{ pointer: "", message: "must be an array or an object" }]],
    [
      "unknown, missing and wrong names at once",
      { tenure: [], other: 1, contract: "two" },
      [
        { pointer: "/other", message: "is no feature of the model" },
        { pointer: "/tenure", message: "must be a number, not []" },
        { pointer: "/a~1b~0c", message: "is not given" },
      ],
    ],
    [
      "an inherited name",
      Object.create({ tenure: 1, contract: "two", "a/b~c": 1 }),
      features.map((_, index) => ({ pointer: ["/tenure", "/contract", "/a~1b~0c"][index]!, message: "is not given" })),
    ],
  ])("refuses %s with a pointer to each wrong field", (_, row, problems) => {
    const error = (() => {
      try {
        return model.predictRow(row as never);
      } catch (error) {
        return (error as ProblemError).problem;
      }
    })();
    expect(error).toMatchObject({ code: "FEATURES_INVALID", problems });
  });

  it("says its number of classes as its model does", () => {
    const preprocessor = fitPreprocessor(churn, steps, { features });
    const about = { preprocessor, target: "churn", features: describeFeatures(churn, features), metrics: {}, seed: 1 };
    const state = { family: "x", version: 1, classes: 0, columns: 1 };
    expect(() => packModel({ ...about, model: state, classes })).toThrow("0 classes apart, and 2 are named");
  });

  it("is not made with features that are not the preprocessor's", () => {
    const preprocessor = fitPreprocessor(churn, steps, { features });
    const content = {
      model: { family: "x", version: 1, classes: 2, columns: 1 },
      preprocessor,
      classes,
      target: "churn",
      metrics: {},
      seed: 1,
    };
    expect(() => packModel({ ...content, features: describeFeatures(churn, ["tenure"]) })).toThrow(
      "not the preprocessor's",
    );
  });
});

for (const { name } of Object.values(families).filter(({ tasks }) => tasks.includes("regression"))) {
  describe(`a package of a regression by ${name}`, () => {
    const model = openModel(packRegression(name));

    it("gives a value, for a table and a row the same", () => {
      const values = model.predictTable(churn);
      expect(model.task).toBe("regression");
      expect([model.predictValue(rowAt(churn, 3)), model.predictValue(rowAt(churn, 7))]).toEqual([
        values[3],
        values[7],
      ]);
    });

    it("refuses to give a class, and says what to ask", () => {
      expect(() => model.predictRow(rowAt(churn, 3))).toThrow(/is a regression.*Ask predictValue/);
    });
  });
}

describe("crossValidate", () => {
  const trial = {
    table: churn,
    y,
    classes,
    positive: "Yes",
    family: "logistic-regression",
    preprocess: steps,
    features,
    seed: 3,
  };

  it("predicts every row once and averages the metrics of the folds", () => {
    const result = crossValidate({ ...trial, folds: 4 });
    expect(result.outOfFold.length).toBe(rows * 2);
    expect(result.outOfFold.every(Number.isFinite)).toBe(true);
    const aucs = result.folds.map(({ metrics }) => metrics.roc_auc!);
    expect(result.mean.roc_auc).toBeCloseTo(aucs.reduce((sum, auc) => sum + auc, 0) / 4, 12);
    expect(result.deviation.roc_auc).toBeGreaterThan(0);
  });

  it("gives the same for the same seed, fold by fold as all at once", () => {
    const folds = stratifiedFolds({ codes: y, folds: 4, seed: 3 });
    expect(crossValidate({ ...trial, folds })).toEqual(crossValidate({ ...trial, folds: 4 }));
    expect(validateFold(trial, folds[2]!)).toEqual(crossValidate({ ...trial, folds }).folds[2]);
  });

  it("lets the preprocessor see the training rows alone", () => {
    const test = Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    const outlier = (columnNamed(churn, "a/b~c") as { values: Float64Array }).values.slice();
    outlier[1] = 1e9;
    const changed = {
      ...churn,
      columns: [churn.columns[0]!, churn.columns[1]!, { name: "a/b~c", kind: "number" as const, values: outlier }],
    };
    const before = validateFold(trial, test).probabilities;
    const after = validateFold({ ...trial, table: changed }, test).probabilities;
    expect(after.subarray(2)).toEqual(before.subarray(2));
  });
});

it("labelCodes numbers classes in order, and a missing target is −1", () => {
  expect(labelCodes({ name: "n", kind: "number", values: Float64Array.of(10, 9, NaN) })).toEqual({
    classes: ["9", "10"],
    codes: Int32Array.of(1, 0, -1),
  });
  const some = labelCodes(takeRows({ rows, columns: [target] }, [0, 1]).columns[0]!, classes);
  expect(some.codes).toEqual(y.slice(0, 2));
});
