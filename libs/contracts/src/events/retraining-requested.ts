import * as z from "zod";
import { defineEvent } from "../define-event.js";

export const retrainingRequested = defineEvent({
  type: "retraining.requested",
  summary: "A pipeline is to run again on the data of its source",
  takenBy: { ingestion: "retrain" },
  data: z.looseObject({
    pipeline: z.string().min(1),
    reason: z.string(),
  }),
});
