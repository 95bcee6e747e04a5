import type { Table } from "@millrace/contracts";
import { applyPreprocessor, compileRow, type Row } from "../preprocessing/apply-preprocessor.js";
import { checkRow } from "../preprocessing/check-row.js";
import type { FeatureDescription } from "../preprocessing/describe-features.js";
import { familyOf } from "../models/families.js";
import { choose, positiveCode } from "../metrics/metrics.js";
import { unpackModel, type ModelPackage } from "./model-package.js";

export interface Prediction {
  readonly prediction: string;
  /** The probability of the predicted class. */
  readonly confidence: number;
  readonly probabilities: Record<string, number>;
}

export interface LoadedModel {
  readonly classes: readonly string[];
  readonly features: readonly FeatureDescription[];
  /** The package without the model and the preprocessor. */
  readonly metadata: ModelMetadata;
  /** rows × classes, row by row. */
  predictTable(table: Table): Float64Array;
  /** One row by position or by name; agrees with predictTable to the bit. */
  predictRow(row: Row): Prediction;
}

export interface ModelMetadata extends Omit<ModelPackage, "model" | "preprocessor"> {
  readonly family: string;
}

/** Makes a package ready to serve. */
export function openModel(bytes: Uint8Array): LoadedModel {
  const { model, preprocessor, ...rest } = unpackModel(bytes);
  const family = familyOf(model);
  return {
    classes: rest.classes,
    features: rest.features,
    metadata: { ...rest, family: model.family },
    predictTable: (table) => family.predict(model, applyPreprocessor(preprocessor, table)),
    predictRow: rowPredictor({ model, preprocessor, ...rest }),
  };
}

function rowPredictor(content: ModelPackage): (row: Row) => Prediction {
  const { model, preprocessor, classes, threshold = 0.5 } = content;
  const check = checkRow(preprocessor.inputs);
  const toFeatures = compileRow(preprocessor);
  const toProbabilities = familyOf(model).compile(model);
  const positive = positiveCode(content);
  return (row) => {
    check(row);
    const values = toProbabilities(toFeatures(row));
    const predicted = choose(values, positive, threshold);
    const probabilities: Record<string, number> = {};
    for (let code = 0; code < classes.length; code++) probabilities[classes[code]!] = values[code]!;
    return { prediction: classes[predicted]!, confidence: values[predicted]!, probabilities };
  };
}
