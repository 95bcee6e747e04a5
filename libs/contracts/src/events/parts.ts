import * as z from "zod";
import { artifactRef } from "../artifact.js";
import { problemSchema } from "../problem.js";

const name = z.string().min(1);

/** What travels along the whole run: which pipeline, and the configuration it began with. */
export const ofPipeline = {
  pipeline: name.describe("The name in pipeline.yaml"),
  spec: artifactRef.describe("The parsed pipeline.yaml that this run began with"),
};

export const sourceRef = z.looseObject({
  location: z.string().describe("Where the rows came from, without credentials"),
  digest: z
    .string()
    .optional()
    .describe(
      "sha256 of the file's bytes; of several files or objects: of their names and digests; a database has none",
    ),
});

const watermark = z.union([z.number(), z.string()]);

export const datasetRef = z.looseObject({
  source: sourceRef,
  span: z
    .looseObject({
      from: watermark.optional().describe("The watermark before this run; its rows are larger"),
      to: watermark.optional().describe("The largest value of the watermark column"),
      spans: z.number().int().optional().describe("How many spans the dataset is made of, this one among them"),
      rows: z.number().int().optional().describe("How many rows this span brought"),
    })
    .optional()
    .describe("Which of the source's rows these are, where the pipeline reads only some of them"),
  duplicates: z
    .looseObject({
      rows: z.number().int().describe("Rows with an exact twin before them; twins are on one side"),
      leaked: z
        .number()
        .describe("How many test rows would have a twin among the training rows if rows were dealt blindly"),
    })
    .optional(),
  rowNumbers: z
    .looseObject({ train: artifactRef, test: artifactRef })
    .optional()
    .describe("Which row of the source, from 1 on, each row is: 32-bit integers as .npy"),
  statistics: artifactRef
    .optional()
    .describe("Each column's kind, missing, min, max, mean and distinct values as JSON"),
  csv: z.looseObject({ train: artifactRef, test: artifactRef }).optional().describe("Where features.csv asks for them"),
  rows: z.looseObject({ total: z.number().int(), train: z.number().int(), test: z.number().int() }),
  train: artifactRef.describe("The training rows as Parquet"),
  test: artifactRef.describe("The untouched test rows as Parquet; only the evaluator scores on them"),
});

export const finding = z
  .looseObject({
    ...problemSchema.shape,
    severity: z
      .enum(["warning", "quarantine", "error"])
      .describe("Told; the rows were kept apart; the dataset was refused because of it"),
    column: z.string().optional(),
    rows: z.number().int().optional().describe("How many rows it concerns"),
    examples: z.array(z.string()).optional(),
    places: z
      .array(z.looseObject({ side: z.enum(["train", "test"]), row: z.number().int(), value: z.string().optional() }))
      .optional()
      .describe("Some of those rows: the source's row number where it is known, else the side's, from 1 on"),
  })
  .meta({ id: "Finding" });

export type Finding = z.infer<typeof finding>;

/** What validation says beside its verdict. */
export const validationParts = {
  page: artifactRef.optional().describe("The report as one HTML page for people"),
  schemaFile: artifactRef.optional().describe("The schema as a schema.yaml to review"),
  quarantine: z
    .looseObject({ rows: z.number().int(), train: z.number().int(), test: z.number().int(), artifact: artifactRef })
    .optional()
    .describe("The rows that were kept apart, as Parquet with their row numbers and the reasons"),
  summary: z.string().optional().describe("What was found, in a paragraph"),
};

export const metrics = z.record(z.string(), z.number());

export const trackedRun = z.looseObject({ runId: name, experiment: name });

export const modelVersionRef = z.looseObject({ version: z.number().int().positive(), package: artifactRef });

/** A model as the trainer hands it on, with the rows that the evaluator is to judge it by. */
export const trainedModel = {
  ...ofPipeline,
  dataset: datasetRef,
  package: artifactRef.describe("Preprocessor and model, as inference loads them"),
  family: name,
  metrics: metrics.describe("Cross-validated on the training rows; none of a model that was made elsewhere"),
  tracking: trackedRun,
  imported: z
    .looseObject({ by: name, reason: z.string() })
    .optional()
    .describe("It was made elsewhere: what it learned from is not known, and is not this dataset"),
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
  page: artifactRef.optional().describe("The report as one HTML page for people"),
  probes: artifactRef
    .optional()
    .describe(
      "Some training rows with what the package says to them, for whoever loads it to compare: a Probe as JSON",
    ),
  measured: z
    .looseObject({
      bytes: z.number().int().describe("Of the package"),
      memory: z.number().optional().describe("About how many bytes it takes once it is loaded"),
      latency: z
        .looseObject({ median: z.number(), p99: z.number() })
        .optional()
        .describe("Milliseconds to answer one row, without the network"),
    })
    .optional()
    .describe("What it costs to serve; times are not the same twice, so they stand here and not in the report"),
  looks: z
    .looseObject({ models: z.number().int(), runs: z.number().int() })
    .optional()
    .describe("How many models, in how many runs, these test rows have judged, this one among them"),
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
