import * as z from "zod";
import { accept } from "./accept.js";
import { calibrate, candidates, refuseEndlessGrid, refuseRepeatsOfTime, select, threshold } from "./candidates.js";
import { preprocess, resample } from "./preprocess.js";
import { promote } from "./promote.js";
import { serve } from "./serve.js";
import { source, span } from "./source.js";
import { arrivals, triggers } from "./triggers.js";
import { validate } from "./validate.js";

const name = z.string().min(1);
const share = z.number().gt(0).lt(1);

const target = z.strictObject({
  column: name.describe("The column to predict"),
  positive: z.coerce.string().optional().describe("For two classes: the one that metrics such as F1 are about"),
});

const split = z
  .strictObject({
    test: share.default(0.2).describe("The share of rows that only the evaluator scores on"),
    stratify: z.boolean().default(true).describe("Keep each class's share on both sides"),
    group: name.optional().describe("A column whose rows of one value stay together: a customer, a patient"),
    time: name.optional().describe("A column by which the latest rows become the test rows"),
    key: z
      .array(name)
      .min(1)
      .optional()
      .describe("The columns that tell a row from others, so that it stays on its side; the whole row where left out"),
    seed: z.number().int().nonnegative().default(42),
  })
  .refine(({ group, time }) => group === undefined || time === undefined, {
    path: ["time"],
    error: "a split is by group or by time, not both",
  })
  .prefault({});

const features = z
  .strictObject({
    drop: z.array(name).default([]).describe("Columns that are not used: identifiers, leaks"),
    derive: z
      .record(name, name)
      .default({})
      .describe("New columns by expressions: `Customer_Value: Total_Trans_Amt * Total_Trans_Ct`"),
    csv: z.boolean().default(false).describe("Write the training and test rows as CSV as well"),
  })
  .prefault({});

/** Everything a pipeline.yaml may say. What is not here is refused with its line and column. */
export const pipelineSpec = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "lower-case letters, digits and hyphens"),
    source,
    span,
    triggers,
    arrivals,
    target,
    split,
    schema: name
      .optional()
      .describe("A schema.yaml beside pipeline.yaml; without it the schema is inferred from the training rows"),
    validate,
    features,
    preprocess,
    resample,
    candidates,
    select,
    calibrate,
    threshold,
    accept,
    promote,
    serve,
  })
  .superRefine(refuseEndlessGrid)
  .superRefine(refuseRepeatsOfTime)
  .meta({ id: "Pipeline", description: "pipeline.yaml: what a data scientist says of a pipeline" });

export type PipelineSpec = z.infer<typeof pipelineSpec>;
