import { z } from "zod";
import { metric } from "./metric.js";

export const accept = z
  .strictObject({
    at_least: z
      .partialRecord(metric, z.number())
      .default({})
      .describe("Floors on the test rows; for log_loss, brier and calibration_error: ceilings"),
    better_by: z
      .partialRecord(metric, z.number())
      .default({})
      .describe("How much better than the champion it has to be"),
    overfit_gap: z
      .number()
      .positive()
      .optional()
      .describe("How far select.metric may be better on the training rows than on the test rows"),
  })
  .prefault({});
