import * as z from "zod";
import { defineEvent } from "../define-event.js";
import { problemSchema } from "../problem.js";

export const modelRefused = defineEvent({
  type: "model.refused",
  summary: "An inference replica can't take this version over: what served before goes on there",
  saidBy: ["deploy"],
  data: z.looseObject({
    pipeline: z.string(),
    model: z.string(),
    version: z.number().int().positive(),
    generation: z.number().int().positive(),
    replica: z.string(),
    problem: problemSchema,
  }),
});
