import * as z from "zod";
import { defineEvent } from "../define-event.js";

export const versionDecided = defineEvent({
  type: "version.decided",
  summary: "Somebody approved or rejected a version",
  takenBy: { registry: "decide" },
  data: z.looseObject({
    pipeline: z.string().min(1),
    model: z.string().min(1),
    version: z.number().int().positive(),
    approved: z.boolean(),
    reason: z.string(),
    by: z.string().min(1).describe("Who decided"),
  }),
});
