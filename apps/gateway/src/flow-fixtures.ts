import {
  approvalRequested,
  dataArrived,
  datasetIngested,
  datasetRejected,
  datasetTransformed,
  datasetValidated,
  envelope,
  modelApproved,
  modelDeployed,
  modelPromoted,
  modelRejected,
  modelTrained,
  rolloutChanged,
  sha256,
  stepDone,
  stepFailed,
  stepProgress,
  versionDecided,
  type AnyEvent,
  type ArtifactRef,
  type CloudEvent,
} from "@millrace/contracts";

/** Events as the services say them, for tests: small, valid, and each a second after the one before. */
const ref = (name: string): ArtifactRef => ({ digest: sha256(name), size: name.length, mediaType: "text/plain", name });

const ofPipeline = { pipeline: "churn", spec: ref("pipeline.json") };
const dataset = {
  source: { location: "churn.csv" },
  rows: { total: 10, train: 8, test: 2 },
  train: ref("train.parquet"),
  test: ref("test.parquet"),
};
const trained = {
  ...ofPipeline,
  ...{ dataset, package: ref("model.millrace"), family: "logistic-regression", metrics: { f1: 0.8 } },
  tracking: { runId: "r1", experiment: "churn" },
};
const verdict = { ...trained, report: ref("report.json"), challenger: { f1: 0.8 }, reason: "f1 0.80 is at least 0.6" };
const promotion = {
  ...{ pipeline: "churn", model: "churn", version: 3, package: ref("model.millrace"), generation: 3 },
  reason: "f1 0.80 is at least 0.6",
};

const rollout = { pipeline: "churn", model: "churn", version: 3, champion: 2, shadow: false, steps: [1, 50, 100] };

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

export const fixtures = {
  arrived: of(dataArrived, 0, { pipeline: "churn" }),
  ingested: of(datasetIngested, 10, { ...ofPipeline, ...dataset, columns: [] }),
  validated: of(datasetValidated, 20, {
    ...ofPipeline,
    dataset,
    schema: ref("schema"),
    report: ref("v"),
    warnings: [],
  }),
  datasetRejected: of(datasetRejected, 20, {
    ...{ ...ofPipeline, dataset, report: ref("v"), findings: [], summary: "column age is missing" },
  }),
  transformed: of(datasetTransformed, 30, {
    ...{ ...ofPipeline, dataset, schema: ref("schema"), preprocessor: ref("p"), inputs: [], features: [], classes: [] },
    arrays: { trainX: ref("a"), trainY: ref("b"), testX: ref("c"), testY: ref("d") },
  }),
  trained: of(modelTrained, 40, { ...trained, candidates: [], evaluation: 1 }),
  approved: of(modelApproved, 50, { ...verdict, evaluation: 1 }),
  rejected: of(modelRejected, 50, { ...verdict, reason: "f1 0.40 is below 0.6", failedGates: ["f1"] }),
  nothingNew: of(stepDone, 5, { step: "ingest", summary: "nothing is new since 30" }),
  recorded: of(stepDone, 60, { step: "record-rejected" }),
  promoted: of(modelPromoted, 60, promotion),
  approvalWanted: of(approvalRequested, 60, { pipeline: "churn", model: "churn", version: 3, reason: "better" }),
  decided: (approved: boolean) =>
    of(versionDecided, 65, {
      ...{ pipeline: "churn", model: "churn", version: 3, approved, by: "anna", reason: "not before Monday" },
    })("run-1"),
  decisionDone: of(stepDone, 66, { step: "decide" }),
  rolloutAt: (second: number, percent: number, state = "begun") =>
    of(rolloutChanged, second, {
      ...{ ...rollout, state, percent, step: rollout.steps.indexOf(percent), generation: second },
      reason: `at ${percent} % 9 % of 200 requests fail`,
    })("run-1"),
  deployed: of(modelDeployed, 70, {
    ...{ pipeline: "churn", model: "churn", version: 3, generation: 3, replica: "one", loadSeconds: 0.1 },
  }),
  judgedAgain: of(modelTrained, 60, { ...trained, candidates: [], evaluation: 2 }),
  progress: (step: string, second: number, state = "working", message = `${step} works`) =>
    of(stepProgress, second, { step, state, message })("run-1"),
  failed: (step: string, second: number, on: CloudEvent) =>
    of(stepFailed, second, {
      ...{ step, attempts: 1, event: { id: on.id, type: on.type } },
      problem: { code: "SOURCE_NOT_FOUND", message: "there is no such file.", remedy: "Put it there." },
    })("run-1"),
};

function of<Data extends object>(definition: AnyEvent, second: number, data: Data): (run?: string) => CloudEvent<Data> {
  return (run = "run-1") =>
    envelope(
      definition,
      { type: definition.type, data },
      { service: "test", step: definition.type, run, pipeline: "churn", time: at(second) },
    ) as CloudEvent<Data>;
}
