import * as z from "zod";
import { defineEvent } from "../define-event.js";
import { problemSchema } from "../problem.js";

export const stepProgress = defineEvent({
  type: "step.progress",
  summary: "How far a step is; for watching, not for deciding",
  transient: true,
  data: z.looseObject({
    step: z.string(),
    state: z.enum(["started", "working", "retrying"]),
    message: z.string(),
    done: z.number().optional(),
    total: z.number().optional(),
    problem: problemSchema.optional(),
  }),
});
