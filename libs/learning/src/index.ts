export { seededRandom, type Random } from "./random.js";
export { matrixOf, rowOf, takeMatrixRows, type Matrix } from "./matrix.js";
export { otherRows, splitRows, stratifiedFolds, type RowSplit } from "./split-rows.js";
export { takeRows } from "./take-rows.js";
export { labelCodes, type Labels } from "./label-codes.js";
export { labelsOf } from "./labels.js";
export type * from "./preprocessor-state.js";
export { fitPreprocessor } from "./fit-preprocessor.js";
export { applyPreprocessor, compileRow, type Row } from "./apply-preprocessor.js";
export type { Family, ModelState, Parameters, ParameterValue, RowModel } from "./family.js";
export { families, familyNamed, familyOf } from "./families.js";
export { logisticRegression, type LogisticRegressionState } from "./logistic-regression.js";
export { randomForest, type FlatTree, type RandomForestState } from "./random-forest.js";
export { confusionMatrix } from "./confusion-matrix.js";
export { rocAuc } from "./roc-auc.js";
export {
  evaluateProbabilities,
  greaterIsBetter,
  metricNames,
  predictedClasses,
  type MetricName,
  type Scored,
} from "./metrics.js";
export {
  crossValidate,
  takeCodes,
  validateFold,
  type CrossValidation,
  type FoldResult,
  type Trial,
} from "./cross-validate.js";
export { describeFeatures, type FeatureDescription } from "./describe-features.js";
export { packModel, PACKAGE_FORMAT, type ModelPackage } from "./model-package.js";
export { openModel, type LoadedModel, type ModelMetadata, type Prediction } from "./open-model.js";
export type { FeatureProblem } from "./check-row.js";
export { decodeNpy, encodeNpy, type NpyArray } from "./npy.js";
