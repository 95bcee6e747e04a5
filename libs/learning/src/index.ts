export { seededRandom, type Random } from "./data/random.js";
export { matrixOf, rowOf, takeMatrixRows, type Matrix, type Numbers } from "./data/matrix.js";
export { otherRows, splitRows, stratifiedFolds, type RowSplit } from "./selection/split-rows.js";
export { takeRows } from "./data/take-rows.js";
export { labelCodes, type Labels } from "./data/label-codes.js";
export { labelsOf } from "./data/labels.js";
export type * from "./preprocessing/preprocessor-state.js";
export { fitPreprocessor } from "./preprocessing/fit-preprocessor.js";
export { applyPreprocessor, compileRow, type Row } from "./preprocessing/apply-preprocessor.js";
export type {
  Family,
  FitContext,
  ModelState,
  Parameters,
  ParameterValue,
  RowModel,
  Task,
  TrainingData,
} from "./models/family.js";
export { families, familyNamed, familyOf } from "./models/families.js";
export { logisticRegression, type LogisticRegressionState } from "./models/logistic-regression.js";
export { mlRandomForest, type FlatTree, type MlRandomForestState } from "./models/ml-random-forest.js";
export { confusionMatrix } from "./metrics/confusion-matrix.js";
export { rocAuc } from "./metrics/roc-auc.js";
export {
  evaluateProbabilities,
  greaterIsBetter,
  metricNames,
  predictedClasses,
  type MetricName,
  type Scored,
} from "./metrics/metrics.js";
export {
  crossValidate,
  takeCodes,
  validateFold,
  type CrossValidation,
  type FoldResult,
  type Trial,
} from "./selection/cross-validate.js";
export { describeFeatures, type FeatureDescription } from "./preprocessing/describe-features.js";
export { packModel, PACKAGE_FORMAT, type ModelPackage } from "./packages/model-package.js";
export { openModel, type LoadedModel, type ModelMetadata, type Prediction } from "./packages/open-model.js";
export type { FeatureProblem } from "./preprocessing/check-row.js";
export { decodeNpy, encodeNpy, type NpyArray } from "./data/npy.js";
export { openLearning, type Learning } from "./threads/learning.js";
export type { FitRequest, ValidationRequest } from "./threads/learning-job.js";
export { serveJobs } from "./threads/serve-jobs.js";
export { openThreadPool, type JobOptions, type OnProgress, type ThreadPool } from "./threads/thread-pool.js";
