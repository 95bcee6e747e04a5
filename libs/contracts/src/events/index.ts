import type { AnyEvent } from "../define-event.js";
import { dataAbsent } from "./data-absent.js";
import { dataArrived } from "./data-arrived.js";
import { datasetIngested } from "./dataset-ingested.js";
import { datasetRejected } from "./dataset-rejected.js";
import { datasetTransformed } from "./dataset-transformed.js";
import { datasetValidated } from "./dataset-validated.js";
import { driftDetected } from "./drift-detected.js";
import { modelApproved } from "./model-approved.js";
import { modelDeployed } from "./model-deployed.js";
import { modelPromoted } from "./model-promoted.js";
import { modelRejected } from "./model-rejected.js";
import { modelRolledBack } from "./model-rolled-back.js";
import { modelTrained } from "./model-trained.js";
import { retrainingRequested } from "./retraining-requested.js";
import { rollbackRequested } from "./rollback-requested.js";
import { stepDone } from "./step-done.js";
import { stepFailed } from "./step-failed.js";
import { stepProgress } from "./step-progress.js";

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
  rollbackRequested,
  modelPromoted,
  modelRolledBack,
  modelDeployed,
  driftDetected,
  dataAbsent,
  stepDone,
  stepFailed,
  stepProgress,
];

export const eventOfType = (type: string): AnyEvent | undefined => events.find((event) => event.type === type);

export {
  dataAbsent,
  dataArrived,
  datasetIngested,
  datasetRejected,
  datasetTransformed,
  datasetValidated,
  driftDetected,
  modelApproved,
  modelDeployed,
  modelPromoted,
  modelRejected,
  modelRolledBack,
  modelTrained,
  retrainingRequested,
  rollbackRequested,
  stepDone,
  stepFailed,
  stepProgress,
};
