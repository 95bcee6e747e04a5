import * as z from "zod";
import { defineEvent } from "../define-event.js";

export const rolloutChanged = defineEvent({
  type: "rollout.changed",
  summary: "A version answers another share of the requests than before",
  saidBy: ["promote", "decide"],
  heardBy: { inference: "deploy" },
  data: z.looseObject({
    pipeline: z.string().min(1),
    model: z.string().min(1),
    version: z.number().int().positive().describe("The version on its way to become the champion"),
    champion: z.number().int().positive().describe("The version that answers the rest, or all when the rollout ended"),
    state: z.enum(["begun", "advanced", "aborted"]),
    percent: z.number().min(0).max(100),
    shadow: z.boolean(),
    step: z.number().int().min(0),
    steps: z.array(z.number()),
    generation: z.number().int().positive(),
    reason: z.string(),
  }),
});
