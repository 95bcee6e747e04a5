import { z } from "zod";
import { artifactRef } from "../artifact.js";
import { problemSchema } from "../problem.js";

const name = z.string().min(1);

/** What travels along the whole run: which pipeline, and the configuration it began with. */
export const ofPipeline = {
  pipeline: name.describe("The name in pipeline.yaml"),
  spec: artifactRef.describe("The parsed pipeline.yaml that this run began with"),
};

export const sourceRef = z.looseObject({
  location: z.string().describe("Where the rows came from"),
  digest: z.string().optional().describe("sha256 of the source's bytes"),
});

export const datasetRef = z.looseObject({
  source: sourceRef,
  rows: z.looseObject({ total: z.number().int(), train: z.number().int(), test: z.number().int() }),
  train: artifactRef.describe("The training rows as Parquet"),
  test: artifactRef.describe("The untouched test rows as Parquet; only the evaluator scores on them"),
});

export const finding = z
  .looseObject({
    ...problemSchema.shape,
    severity: z.enum(["warning", "error"]),
    column: z.string().optional(),
    rows: z.number().int().optional().describe("How many rows it concerns"),
    examples: z.array(z.string()).optional(),
  })
  .meta({ id: "Finding" });

export type Finding = z.infer<typeof finding>;

export const metrics = z.record(z.string(), z.number());

export const trackedRun = z.looseObject({ runId: name, experiment: name });

export const modelVersionRef = z.looseObject({ version: z.number().int().positive(), package: artifactRef });

/** A model as the trainer hands it on, with the rows that the evaluator is to judge it by. */
export const trainedModel = {
  ...ofPipeline,
  dataset: datasetRef,
  package: artifactRef.describe("Preprocessor and model, as inference loads them"),
  family: name,
  metrics: metrics.describe("Cross-validated on the training rows"),
  tracking: trackedRun,
};

export const verdict = {
  ...trainedModel,
  report: artifactRef.describe("The evaluator's report as JSON"),
  challenger: metrics.describe("The new model on the test rows"),
  champion: z
    .looseObject({ version: z.number().int().positive(), generation: z.number().int(), metrics })
    .optional()
    .describe("The model that served when the verdict was given, on the same rows"),
  reason: z.string().describe("The verdict in a sentence"),
};

export const deploymentChange = {
  pipeline: name,
  model: name,
  version: z.number().int().positive(),
  package: artifactRef,
  generation: z.number().int().positive().describe("Grows with each change of the deployment; an older one is refused"),
  previous: z.number().int().positive().optional().describe("The version that served before"),
  reason: z.string(),
};
