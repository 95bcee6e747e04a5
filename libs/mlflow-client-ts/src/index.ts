export { createMlflowClient, type MlflowClient } from "./client.js";
export type { MlflowAuth } from "./address.js";
export type { MlflowClientOptions } from "./transport.js";
export type { Environment, TlsOptions } from "./environment.js";
export type { UploadBody } from "./upload-body.js";
export type { PartsOptions } from "./multipart.js";
export type { RetryPolicy } from "./retry.js";
export { isMissing, isMlflowError, MlflowError, type MlflowErrorCode, type MlflowErrorDetails } from "./errors.js";
export { quoted, tagEquals } from "./filter.js";
export type { ArtifactFile, Artifacts } from "./artifacts.js";
export type { Aliases } from "./aliases.js";
export type { Batch } from "./batches.js";
export type { Experiment, Experiments, ExperimentSearch, NewExperiment } from "./experiments.js";
export type {
  LoggedModel,
  LoggedModels,
  LoggedModelSearch,
  LoggedModelStatus,
  NewLoggedModel,
} from "./logged-models.js";
export type { ModelVersion } from "./model-version.js";
export type { ModelVersions, ModelVersionSearch, NewModelVersion } from "./model-versions.js";
export type {
  NewRegisteredModel,
  RegisteredModel,
  RegisteredModels,
  RegisteredModelSearch,
} from "./registered-models.js";
export type { Metric, Run, RunStatus } from "./run.js";
export type { DatasetInput } from "./dataset-input.js";
export type { NewRun, Runs, RunSearch, RunUpdate } from "./runs.js";
export type { Server } from "./server.js";
