import { z } from "zod";

const name = z.string().min(1);
const share = z.number().gt(0).lt(1);

const source = z.strictObject({
  kind: z.literal("files").default("files"),
  path: name.describe("A CSV or Parquet file, relative to the folder of pipeline.yaml"),
});

const trigger = z.strictObject({
  watch: name.describe("A folder: when a data file lies there beside _SUCCESS, a run begins"),
});

const target = z.strictObject({
  column: name.describe("The column to predict"),
  positive: z.coerce.string().optional().describe("For two classes: the one that metrics such as F1 are about"),
});

const split = z
  .strictObject({
    test: share.default(0.2).describe("The share of rows that only the evaluator scores on"),
    stratify: z.boolean().default(true).describe("Keep each class's share on both sides"),
    seed: z.number().int().nonnegative().default(42),
  })
  .prefault({});

const features = z
  .strictObject({ drop: z.array(name).default([]).describe("Columns that are not used: identifiers, leaks") })
  .prefault({});

const preprocess = z.union([
  z.strictObject({
    impute: z.literal("numeric"),
    with: z.enum(["mean", "median", "constant", "most-frequent"]),
    value: z.number().optional(),
  }),
  z.strictObject({
    impute: z.literal("categorical"),
    with: z.enum(["most-frequent", "constant"]),
    value: z.string().optional(),
  }),
  z.strictObject({ scale: z.literal("numeric"), with: z.enum(["standard", "min-max", "robust"]) }),
  z.strictObject({
    encode: z.literal("categorical"),
    with: z.literal("one-hot"),
    minFrequency: z.number().int().positive().optional(),
  }),
]);

const candidate = z.strictObject({
  model: z.enum([
    "logistic-regression",
    "gradient-boosting",
    "random-forest",
    "extra-trees",
    "decision-tree",
    "ml-random-forest",
  ]),
  params: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).default({}),
});

const metric = z.enum([
  "accuracy",
  "balanced_accuracy",
  "f1",
  "precision",
  "recall",
  "roc_auc",
  "pr_auc",
  "log_loss",
  "brier",
  "mcc",
  "kappa",
  "calibration_error",
]);

const accept = z
  .strictObject({
    at_least: z
      .partialRecord(metric, z.number())
      .default({})
      .describe("Floors on the test rows; for log_loss, brier and calibration_error: ceilings"),
    better_by: z
      .partialRecord(metric, z.number())
      .default({})
      .describe("How much better than the champion it has to be"),
  })
  .prefault({});

/** Everything a pipeline.yaml may say. What is not here is refused with its line and column. */
export const pipelineSpec = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "lower-case letters, digits and hyphens"),
    source,
    triggers: z.array(trigger).default([]),
    target,
    split,
    schema: name
      .optional()
      .describe("A schema.yaml beside pipeline.yaml; without it the schema is inferred from the training rows"),
    features,
    preprocess: z.array(preprocess).default([
      { impute: "numeric", with: "median" },
      { impute: "categorical", with: "most-frequent" },
      { scale: "numeric", with: "standard" },
      { encode: "categorical", with: "one-hot" },
    ]),
    candidates: z
      .array(candidate)
      .min(1)
      .default([{ model: "logistic-regression", params: {} }]),
    select: z
      .strictObject({ metric: metric.default("log_loss"), folds: z.number().int().min(2).max(20).default(5) })
      .prefault({}),
    accept,
    promote: z.strictObject({ alias: name.default("champion") }).prefault({}),
  })
  .meta({ id: "Pipeline", description: "pipeline.yaml: what a data scientist says of a pipeline" });

export type PipelineSpec = z.infer<typeof pipelineSpec>;
