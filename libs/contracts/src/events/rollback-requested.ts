import * as z from "zod";
import { defineEvent } from "../define-event.js";

export const rollbackRequested = defineEvent({
  type: "rollback.requested",
  summary: "An operator wants an earlier version of a model to serve again",
  takenBy: { registry: "roll-back" },
  data: z.looseObject({
    model: z.string().min(1),
    version: z.number().int().positive().optional().describe("Unset: the version that served before"),
    generation: z
      .number()
      .int()
      .positive()
      .describe("The deployment as the operator saw it; a later change refuses this"),
    reason: z.string(),
    by: z.string().optional().describe("Who wants it"),
  }),
});
