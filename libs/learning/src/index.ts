// data in memory
export { columnMajor, columnOf, copyColumn, rowMajor, type ColumnMatrix } from "./data/layout.js";
export { codedColumn, matrixOfColumns, numericColumn } from "./data/columns.js";
export { codesWithMissing, countMissing, isValid, numbersWithMissing } from "./data/validity.js";
export { validityOfCodes, validityOfNumbers } from "./data/validity.js";
export { labelCodes, type Labels } from "./data/label-codes.js";
export { labelsOf } from "./data/labels.js";
export { matrixOf, rowOf, takeMatrixRows, type Matrix, type Numbers } from "./data/matrix.js";
export { decodeNpy, encodeNpy, type NpyArray } from "./data/npy.js";
export { seededRandom, type Random } from "./data/random.js";
export { sharedMatrix, sharedTable, sharedValues } from "./data/shared.js";
export { takeRows } from "./data/take-rows.js";

// expressions of derived features
export { checkExpression } from "./expression/check-kinds.js";
export { parseExpression } from "./expression/parse-expression.js";
export { columnsOf as expressionColumns } from "./expression/syntax.js";

// preprocessing
export type * from "./preprocessing/preprocess-steps.js";
export type * from "./preprocessing/preprocessor-state.js";
export { applyPreprocessor } from "./preprocessing/apply-preprocessor.js";
export { categoricalOutputs } from "./preprocessing/chain-outputs.js";
export { checkRow, type FeatureProblem } from "./preprocessing/check-row.js";
export { compileRow, type Row } from "./preprocessing/compile-row.js";
export { dateMilliseconds } from "./preprocessing/date-inputs.js";
export { describeFeatures, type FeatureDescription } from "./preprocessing/describe-features.js";
export { fitAndApplyPreprocessor, type FittedMatrix } from "./preprocessing/fit-and-apply.js";
export { fitPreprocessor, type FitOptions } from "./preprocessing/fit-preprocessor.js";
export { openRowReading } from "./preprocessing/readable-row.js";
export { onnxInputs } from "./preprocessing/preprocessor-to-onnx.js";
export type { Target } from "./preprocessing/target-encode.js";

// neighbours and resampling
export { indexRows, type NeighbourIndex, type Neighbours } from "./neighbours/nearest-neighbours.js";
export { balancedWeights } from "./resampling/class-weight.js";
export { resamplerNamed, resamplers } from "./resampling/resamplers.js";
export type { ResampleData, Resampled, Resampler } from "./resampling/resampler.js";

// models
export type * from "./models/family.js";
export { families, familyNamed, familyOf } from "./models/families.js";
export { decisionTree } from "./models/decision-tree.js";
export { extraTrees } from "./models/extra-trees.js";
export type { ForestState } from "./models/forest-family.js";
export { gradientBoosting, type GradientBoostingState } from "./models/gradient-boosting.js";
export { linearRegression, type LinearRegressionState } from "./models/linear-regression.js";
export { logisticRegression, type LogisticRegressionState } from "./models/logistic-regression.js";
export { mlRandomForest, type FlatTree, type MlRandomForestState } from "./models/ml-random-forest.js";
export { randomForest } from "./models/random-forest.js";
export type { MemberSpec } from "./models/member-models.js";
export type { StackingState } from "./models/stacking.js";
export type { VotingState } from "./models/voting.js";
export type { TreeEnsemble, TreeModelState } from "./trees/tree-ensemble.js";

// metrics
export { averagePrecision } from "./metrics/average-precision.js";
export { calibrationError, calibrationTable } from "./metrics/calibration-error.js";
export { compareScored } from "./metrics/compare-scored.js";
export { confusionMatrix } from "./metrics/confusion-matrix.js";
export { delongInterval, delongTest } from "./metrics/delong.js";
export { fairness } from "./metrics/fairness.js";
export { gainTable } from "./metrics/gain-table.js";
export { mcnemar } from "./metrics/mcnemar.js";
export { metricIntervals } from "./metrics/metric-intervals.js";
export { evaluateProbabilities, evaluateWithReasons, metricNames } from "./metrics/metrics.js";
export { greaterIsBetter, predictedClasses, type MetricName, type Scored } from "./metrics/metrics.js";
export { rocAuc } from "./metrics/roc-auc.js";
export { groupsOfColumn, sliceMetrics, sliceValues, type Slice, type SliceGroups } from "./metrics/slices.js";
export { evaluateValues, evaluateValuesWithReasons, valueMetricNames } from "./metrics/value-metrics.js";
export type { Valued, ValueMetricName } from "./metrics/value-metrics.js";

// calibration and decisions
export { calibrateOutOfFold } from "./calibration/calibrate-out-of-fold.js";
export { applyCalibration, compileCalibration, fitCalibration } from "./calibration/calibration.js";
export { calibrationMethods, type CalibrationState } from "./calibration/calibration.js";
export { cheapestClass, cheapestClasses, thresholdOfCosts } from "./calibration/cost-decision.js";
export { bestThreshold } from "./calibration/threshold.js";

// selection
export { crossValidate, foldsOf, takeCodes, validateFold } from "./selection/cross-validate.js";
export type { CrossValidation, Folds } from "./selection/cross-validate.js";
export type { FoldResult, Resample, Trial, TrialContext } from "./selection/trial.js";
export { prepareFold, prepareTraining, scoreFold } from "./selection/fold-data.js";
export type { FoldData, Judgement, Preparation, PreparedRows } from "./selection/fold-data.js";
export { summary } from "./selection/cross-validate.js";
export { plainFolds, repeatedFolds, splitsOf, stratifiedFolds } from "./selection/folds.js";
export { groupFolds, splitByGroup, type Groups } from "./selection/group-folds.js";
export { nestedCrossValidate } from "./selection/nested-cross-validate.js";
export type { NestedCrossValidation, NestedTask } from "./selection/nested-cross-validate.js";
export { isHopeless } from "./selection/race.js";
export { otherRows, type RowSplit } from "./selection/rows.js";
export { openSearch, search } from "./selection/search.js";
export type { Evaluate, Search, SearchMethod, SearchSpec, TrialPlan } from "./selection/search.js";
export type { SearchOptions, SearchOutcome } from "./selection/search.js";
export type { Candidate, Dimension, Range, SearchSpace } from "./selection/search-space.js";
export type { FinishedTrial, TrialResult } from "./selection/search-strategy.js";
export { splitRows } from "./selection/split-rows.js";
export { splitByTime, timeFolds } from "./selection/time-folds.js";
export type { HalvingOptions } from "./selection/successive-halving.js";
export { trialOnFolds, tune, type TuningTask } from "./selection/tune.js";

// explanation
export { treeImportance } from "./explanation/gain-importance.js";
export { partialDependence } from "./explanation/partial-dependence.js";
export { permutationImportance } from "./explanation/permutation-importance.js";
export { scoreByMetric, scoreByValueMetric } from "./explanation/score-by-metric.js";
export { compileShap, topContributions, treeShap, type Contribution } from "./explanation/tree-shap.js";
export type { ShapOptions, ShapValues } from "./explanation/tree-shap.js";
export { matrixWhatIf, tableWhatIf } from "./explanation/what-if.js";

// packages and exchange
export { exportOnnx } from "./onnx/export-onnx.js";
export { exportPreprocessorOnnx } from "./onnx/export-preprocessor.js";
export { mlflowFolder, type MlflowFolder } from "./onnx/mlflow-folder.js";
export { mlflowModelFile, ONNX_FILE } from "./onnx/mlflow-model.js";
export { packModel, unpackModel, PACKAGE_FORMAT, type ModelPackage } from "./packages/model-package.js";
export type { RowExplanation } from "./packages/explain-row.js";
export { prepareModel, type PreparedModel } from "./packages/prepare-model.js";
export { openModel, type LoadedModel, type ModelMetadata, type Prediction } from "./packages/open-model.js";

// in a thread of its own
export { openLearning, type Learning } from "./threads/learning.js";
export type { FitRequest, ValidationRequest } from "./threads/learning-job.js";
export { serveJobs } from "./threads/serve-jobs.js";
export { workAll } from "./threads/work-all.js";
export { openThreadPool, type JobOptions, type OnProgress, type ThreadPool } from "./threads/thread-pool.js";
