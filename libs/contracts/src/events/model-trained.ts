import { z } from "zod";
import { defineEvent } from "../define-event.js";
import { problemSchema } from "../problem.js";
import { artifactRef } from "../artifact.js";
import { metrics, trainedModel } from "./parts.js";

export const modelTrained = defineEvent({
  type: "model.trained",
  summary: "A model was chosen, fitted on all training rows and packaged",
  saidBy: ["train", "promote"],
  takenBy: { evaluator: "evaluate" },
  data: z.looseObject({
    ...trainedModel,
    candidates: z.array(
      z.looseObject({
        family: z.string(),
        params: z.record(z.string(), z.unknown()),
        metrics: metrics.optional().describe("The mean of the folds"),
        deviation: metrics.optional().describe("The standard deviation of the folds"),
        problem: problemSchema.optional().describe("Why this candidate was not fitted"),
      }),
    ),
    sample: artifactRef.optional().describe("Some of the training rows as Parquet, where there are many"),
    evaluation: z.number().int().positive().default(1).describe("Grows when the champion changed under a verdict"),
  }),
});
