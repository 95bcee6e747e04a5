import * as z from "zod";
import { defineEvent } from "../define-event.js";
import { problemSchema } from "../problem.js";
import { artifactRef } from "../artifact.js";
import { metrics, trainedModel } from "./parts.js";

export const modelTrained = defineEvent({
  type: "model.trained",
  summary:
    "A model was chosen, fitted on all training rows and packaged; or one that was made elsewhere is to be judged",
  saidBy: ["train", "promote", "decide", "import-model"],
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
        trials: z.number().int().optional().describe("Of how many settings of the candidate this is the best"),
      }),
    ),
    search: z
      .looseObject({
        method: z.string(),
        trials: z.number().int().describe("How many settings were tried"),
        stopped: z.number().int().describe("How many of them were left after some folds, so far behind were they"),
        failed: z.number().int(),
        ended: z.enum(["complete", "out of time"]).describe("Out of time: what was tried depends on how fast it went"),
        table: artifactRef.describe("Every setting with its scores or its problem, as JSON"),
      })
      .optional(),
    decision: z
      .looseObject({
        calibration: z.string().optional().describe("How the probabilities were calibrated"),
        threshold: z.number().optional().describe("From which probability on the positive class is predicted"),
        metrics: metrics.describe("With both, on the rows of the folds by models that had not seen them"),
      })
      .optional(),
    sample: artifactRef.optional().describe("Some of the training rows as Parquet, where there are many"),
    probe: artifactRef
      .optional()
      .describe("Some training rows with what the fitted model said to them before it was packaged: a Probe as JSON"),
    evaluation: z.number().int().positive().default(1).describe("Grows when the champion changed under a verdict"),
  }),
});
