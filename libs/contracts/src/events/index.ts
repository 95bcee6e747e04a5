import type { AnyEvent } from "../define-event.js";
import { approvalRequested } from "./approval-requested.js";
import { dataAbsent } from "./data-absent.js";
import { dataArrived } from "./data-arrived.js";
import { datasetIngested } from "./dataset-ingested.js";
import { datasetRejected } from "./dataset-rejected.js";
import { datasetTransformed } from "./dataset-transformed.js";
import { datasetValidated } from "./dataset-validated.js";
import { driftDetected } from "./drift-detected.js";
import { importRequested } from "./import-requested.js";
import { modelApproved } from "./model-approved.js";
import { modelDeployed } from "./model-deployed.js";
import { modelPromoted } from "./model-promoted.js";
import { modelRefused } from "./model-refused.js";
import { modelRejected } from "./model-rejected.js";
import { modelRolledBack } from "./model-rolled-back.js";
import { modelTrained } from "./model-trained.js";
import { retrainingRequested } from "./retraining-requested.js";
import { rollbackRequested } from "./rollback-requested.js";
import { rolloutChanged } from "./rollout-changed.js";
import { stepDone } from "./step-done.js";
import { stepFailed } from "./step-failed.js";
import { stepProgress } from "./step-progress.js";
import { versionDecided } from "./version-decided.js";

/** Every event of the platform, in the order of the flow. */
export const events: readonly AnyEvent[] = [
  retrainingRequested,
  dataArrived,
  datasetIngested,
  datasetValidated,
  datasetRejected,
  datasetTransformed,
  modelTrained,
  modelApproved,
  modelRejected,
  approvalRequested,
  versionDecided,
  importRequested,
  rollbackRequested,
  modelPromoted,
  modelRolledBack,
  rolloutChanged,
  modelDeployed,
  modelRefused,
  driftDetected,
  dataAbsent,
  stepDone,
  stepFailed,
  stepProgress,
];

export const eventOfType = (type: string): AnyEvent | undefined => events.find((event) => event.type === type);

export {
  approvalRequested,
  dataAbsent,
  dataArrived,
  datasetIngested,
  datasetRejected,
  datasetTransformed,
  datasetValidated,
  driftDetected,
  importRequested,
  modelApproved,
  modelDeployed,
  modelPromoted,
  modelRefused,
  modelRejected,
  modelRolledBack,
  modelTrained,
  retrainingRequested,
  rollbackRequested,
  rolloutChanged,
  stepDone,
  stepFailed,
  stepProgress,
  versionDecided,
};
