import * as z from "zod";
import { timeForm } from "./accept.js";
import { log } from "./serve-log.js";

const latencyBudget = z.string().regex(timeForm, "a time such as 500us, 0.5ms or 5ms");

export const serve = z
  .strictObject({
    port: z
      .number()
      .int()
      .min(1)
      .max(65535)
      .optional()
      .describe(
        "Where predictions are answered when `npm start -- --pipeline` runs this pipeline; INFERENCE_PORT goes before it",
      ),
    latency_budget: latencyBudget
      .optional()
      .describe(
        "How long one prediction may take in a replica that loads the model, such as 500us or 5ms; a slower version is refused there. INFERENCE_LATENCY_BUDGET_MS where left out",
      ),
    log,
  })
  .prefault({});
