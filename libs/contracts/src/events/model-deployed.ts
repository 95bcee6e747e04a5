import * as z from "zod";
import { defineEvent } from "../define-event.js";

export const modelDeployed = defineEvent({
  type: "model.deployed",
  summary: "An inference replica answers with this version",
  saidBy: ["deploy"],
  data: z.looseObject({
    pipeline: z.string(),
    model: z.string(),
    version: z.number().int().positive(),
    generation: z.number().int().positive(),
    replica: z.string(),
    loadSeconds: z.number(),
  }),
});
