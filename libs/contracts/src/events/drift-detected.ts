import * as z from "zod";
import { defineEvent } from "../define-event.js";
import { artifactRef } from "../artifact.js";

export const driftDetected = defineEvent({
  type: "drift.detected",
  summary: "What is asked of a model no longer looks like what it learned from",
  data: z.looseObject({
    pipeline: z.string(),
    model: z.string(),
    version: z.number().int().positive(),
    columns: z.array(z.looseObject({ name: z.string(), distance: z.number() })),
    report: artifactRef.optional(),
  }),
});
