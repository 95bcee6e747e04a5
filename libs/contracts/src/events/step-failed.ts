import * as z from "zod";
import { defineEvent } from "../define-event.js";
import { problemSchema } from "../problem.js";

export const stepFailed = defineEvent({
  type: "step.failed",
  summary: "A step gave up: its message is among the dead letters",
  data: z.looseObject({
    step: z.string(),
    problem: problemSchema,
    attempts: z.number().int(),
    event: z.looseObject({ id: z.string(), type: z.string() }),
  }),
});
