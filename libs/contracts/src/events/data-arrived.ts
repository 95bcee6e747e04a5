import * as z from "zod";
import { defineEvent } from "../define-event.js";

export const dataArrived = defineEvent({
  type: "data.arrived",
  summary: "New data have landed for a pipeline",
  saidBy: ["retrain"],
  takenBy: { ingestion: "ingest" },
  data: z.looseObject({
    pipeline: z.string().min(1),
    source: z
      .string()
      .min(1)
      .optional()
      .describe(
        "A file, a folder, a pattern or s3://bucket/key that replaces the source of pipeline.yaml for this run",
      ),
    reason: z.string().optional().describe("What noticed the arrival: folder, http, cli, retraining, …"),
  }),
});
