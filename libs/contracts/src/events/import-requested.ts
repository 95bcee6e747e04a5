import * as z from "zod";
import { artifactRef } from "../artifact.js";
import { defineEvent } from "../define-event.js";

export const importRequested = defineEvent({
  type: "import.requested",
  summary: "Somebody brings a model that was made elsewhere",
  takenBy: { registry: "import-model" },
  data: z.looseObject({
    model: z.string().min(1),
    package: artifactRef.describe("A package of ours, or an ONNX model with its schema"),
    promote: z.boolean().describe("Whether it is to become the champion at once"),
    judge: z
      .boolean()
      .default(false)
      .describe("Whether the pipeline of that name judges it first, on the test rows of its newest model"),
    generation: z
      .number()
      .int()
      .min(0)
      .describe("The deployment as it was when the model was brought, 0 for none; a later change refuses a promotion"),
    by: z.string().min(1).describe("Who brings it"),
    reason: z.string(),
  }),
});
