import { ProblemError, type Table } from "@millrace/contracts";
import { applyCalibration, compileCalibration } from "../calibration/calibration.js";
import { choose, positiveCode } from "../metrics/metrics.js";
import type { RowModel, Task } from "../models/family.js";
import { familyOf } from "../models/families.js";
import { applyPreprocessor, compileRow, compileRowInto, type Row } from "../preprocessing/apply-preprocessor.js";
import { checkRow } from "../preprocessing/check-row.js";
import { withDates } from "../preprocessing/date-inputs.js";
import { openRowReading } from "../preprocessing/readable-row.js";
import { compileExplainer, isExplained, type RowExplanation } from "./explain-row.js";
import type { FeatureDescription } from "../preprocessing/describe-features.js";
import { readVerified, unpackModel, type ModelPackage } from "./model-package.js";
import { adoptPrepared, type PreparedModel } from "./prepare-model.js";

export interface Prediction {
  readonly prediction: string;
  /** The probability of the predicted class. */
  readonly confidence: number;
  readonly probabilities: Record<string, number>;
}

export interface LoadedModel {
  readonly task: Task;
  readonly classes: readonly string[];
  readonly features: readonly FeatureDescription[];
  /** The package without the model and the preprocessor. */
  readonly metadata: ModelMetadata;
  /** rows × classes, row by row; of a regression one value a row. */
  predictTable(table: Table): Float64Array;
  /** A row as data files have it (nested, with dates) as the row that the model reads; undefined where it is no other. */
  readonly readRow?: (row: unknown) => Row | undefined;
  /** The class of one row, by position or by name; agrees with predictTable to the bit. */
  predictRow(row: Row): Prediction;
  /** The same for a regression: its value. */
  predictValue(row: Row): number;
  /** What both are made of, and nothing more: a probability a class, or the one value. Valid until the next row. */
  scoreRow(row: Row): Float64Array;
  /** The same for several rows, one after the other, to the bit; a wrong one throws. Where that is faster than one by one. */
  readonly scoreRows?: (rows: readonly Row[]) => Float64Array;
  /** The code of the class that a row's probabilities say. */
  decide(probabilities: Float64Array): number;
  /** Whether explainRow has an answer: models that are made of others have none. */
  readonly explains: boolean;
  /** What moved the model to say this class of the row (to its value: any code). */
  explainRow(row: Row, code: number): RowExplanation;
}

export interface ModelMetadata extends Omit<ModelPackage, "model" | "preprocessor"> {
  readonly family: string;
}

/** Makes a package ready to serve; what another thread prepared of these bytes is not done again. */
export function openModel(bytes: Uint8Array, prepared?: PreparedModel): LoadedModel {
  const { model, preprocessor, ...rest } = prepared === undefined ? unpackModel(bytes) : readVerified(bytes);
  if (prepared !== undefined) adoptPrepared(model, prepared);
  const family = familyOf(model);
  const content = { model, preprocessor, ...rest };
  const outputs = outputsOfRow(content);
  const decide = decider(content);
  const features = withDates(preprocessor, rest.features);
  return {
    task: taskOf(content),
    classes: rest.classes,
    features,
    readRow: openRowReading(preprocessor.inputs, features),
    metadata: { ...rest, family: model.family },
    predictTable: (table) => calibratedTable(rest, family.predict(model, applyPreprocessor(preprocessor, table))),
    predictRow: taskOf(content) === "regression" ? refuse("predictValue") : classPredictor(content, outputs, decide),
    predictValue: taskOf(content) === "regression" ? (row) => outputs(row)[0]! : refuse("predictRow"),
    scoreRow: outputs,
    scoreRows: outputsOfRows(content),
    decide,
    ...explaining(content),
  };
}

/** Made at the first question: it takes memory of its own, and most models are never asked. */
function explaining({ model, preprocessor }: ModelPackage): Pick<LoadedModel, "explains" | "explainRow"> {
  let explain: ((row: Row, code: number) => RowExplanation) | undefined;
  const open = () => {
    const [toFeatures, explainer] = [compileRow(preprocessor), compileExplainer(model, preprocessor)];
    if (explainer === undefined) throw notExplained(model.family);
    return (row: Row, code: number) => explainer(toFeatures(row), code);
  };
  return { explains: isExplained(model), explainRow: (row, code) => (explain ??= open())(row, code) };
}

const notExplained = (family: string): ProblemError =>
  new ProblemError({
    code: "MODEL_NOT_EXPLAINED",
    where: family,
    message: "what each feature gave to a model that is made of others is not known.",
    remedy: "Ask without an explanation.",
  });

const taskOf = ({ model }: ModelPackage): Task => (model.classes === 0 ? "regression" : "classification");

const calibratedTable = ({ calibration }: Pick<ModelPackage, "calibration">, outputs: Float64Array): Float64Array =>
  calibration === undefined ? outputs : applyCalibration(calibration, outputs);

function outputsOfRow({ model, preprocessor, calibration }: ModelPackage): (row: Row) => Float64Array {
  const check = checkRow(preprocessor.inputs);
  const toFeatures = compileRowInto(preprocessor);
  const features = new Float32Array(preprocessor.outputs.length);
  const toOutputs: RowModel = familyOf(model).compile(model);
  const calibrate = calibration && compileCalibration(calibration);
  return (row) => {
    check(row);
    const outputs = toOutputs(toFeatures(row, features));
    calibrate?.(outputs);
    return outputs;
  };
}

/** Many rows through the model at once take a third of the time that they take one by one. */
function outputsOfRows({ model, preprocessor, calibration }: ModelPackage): (rows: readonly Row[]) => Float64Array {
  const check = checkRow(preprocessor.inputs);
  const toFeatures = compileRowInto(preprocessor);
  const features = new Float32Array(preprocessor.outputs.length);
  return (rows) => {
    const values = new Float32Array(rows.length * features.length);
    for (let row = 0; row < rows.length; row++) {
      check(rows[row]!);
      values.set(toFeatures(rows[row]!, features), row * features.length);
    }
    const x = { rows: rows.length, columns: features.length, values };
    return calibratedTable({ calibration }, familyOf(model).predict(model, x));
  };
}

function decider(content: ModelPackage): (probabilities: Float64Array) => number {
  const { threshold = 0.5 } = content;
  const positive = positiveCode(content);
  return (probabilities) => choose(probabilities, positive, threshold);
}

function classPredictor(
  { classes }: ModelPackage,
  outputs: (row: Row) => Float64Array,
  decide: (probabilities: Float64Array) => number,
): (row: Row) => Prediction {
  const byClass = openByClass(classes);
  return (row) => {
    const values = outputs(row);
    const predicted = decide(values);
    return { prediction: classes[predicted]!, confidence: values[predicted]!, probabilities: byClass(values) };
  };
}

/** Assigning is quicker, and right for every name but one. */
function openByClass(classes: readonly string[]): (values: ArrayLike<number>) => Record<string, number> {
  if (classes.includes("__proto__"))
    return (values) => Object.fromEntries(classes.map((label, code) => [label, values[code]!]));
  return (values) => {
    const probabilities: Record<string, number> = {};
    for (let code = 0; code < classes.length; code++) probabilities[classes[code]!] = values[code]!;
    return probabilities;
  };
}

const refuse = (instead: "predictRow" | "predictValue") => (): never => {
  const [is, gives] = instead === "predictValue" ? ["a regression", "value"] : ["a classification", "class"];
  throw new ProblemError({
    code: "MODEL_TASK_WRONG",
    message: `the model is ${is}: it gives a ${gives}.`,
    remedy: `Ask ${instead}.`,
  });
};
