import { ProblemError, type Table } from "@millrace/contracts";
import { applyCalibration, compileCalibration } from "../calibration/calibration.js";
import { choose, positiveCode } from "../metrics/metrics.js";
import type { RowModel, Task } from "../models/family.js";
import { familyOf } from "../models/families.js";
import { applyPreprocessor, compileRow, type Row } from "../preprocessing/apply-preprocessor.js";
import { checkRow } from "../preprocessing/check-row.js";
import type { FeatureDescription } from "../preprocessing/describe-features.js";
import { unpackModel, type ModelPackage } from "./model-package.js";

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
  /** The class of one row, by position or by name; agrees with predictTable to the bit. */
  predictRow(row: Row): Prediction;
  /** The same for a regression: its value. */
  predictValue(row: Row): number;
}

export interface ModelMetadata extends Omit<ModelPackage, "model" | "preprocessor"> {
  readonly family: string;
}

/** Makes a package ready to serve. */
export function openModel(bytes: Uint8Array): LoadedModel {
  const { model, preprocessor, ...rest } = unpackModel(bytes);
  const family = familyOf(model);
  const content = { model, preprocessor, ...rest };
  const outputs = outputsOfRow(content);
  return {
    task: taskOf(content),
    classes: rest.classes,
    features: rest.features,
    metadata: { ...rest, family: model.family },
    predictTable: (table) => calibratedTable(rest, family.predict(model, applyPreprocessor(preprocessor, table))),
    predictRow: taskOf(content) === "regression" ? refuse("predictValue") : classPredictor(content, outputs),
    predictValue: taskOf(content) === "regression" ? (row) => outputs(row)[0]! : refuse("predictRow"),
  };
}

const taskOf = ({ model }: ModelPackage): Task => (model.classes === 0 ? "regression" : "classification");

const calibratedTable = ({ calibration }: Pick<ModelPackage, "calibration">, outputs: Float64Array): Float64Array =>
  calibration === undefined ? outputs : applyCalibration(calibration, outputs);

function outputsOfRow({ model, preprocessor, calibration }: ModelPackage): (row: Row) => Float64Array {
  const check = checkRow(preprocessor.inputs);
  const toFeatures = compileRow(preprocessor);
  const toOutputs: RowModel = familyOf(model).compile(model);
  const calibrate = calibration && compileCalibration(calibration);
  return (row) => {
    check(row);
    const outputs = toOutputs(toFeatures(row));
    calibrate?.(outputs);
    return outputs;
  };
}

function classPredictor(content: ModelPackage, outputs: (row: Row) => Float64Array): (row: Row) => Prediction {
  const { classes, threshold = 0.5 } = content;
  const positive = positiveCode(content);
  return (row) => {
    const values = outputs(row);
    const predicted = choose(values, positive, threshold);
    const probabilities: Record<string, number> = {};
    for (let code = 0; code < classes.length; code++) probabilities[classes[code]!] = values[code]!;
    return { prediction: classes[predicted]!, confidence: values[predicted]!, probabilities };
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
