import { dataArrived, retrainingRequested } from "@millrace/contracts";
import { step } from "@millrace/service";

/** A wish to train again is an arrival of what the pipeline's own source holds now. */
export const retrain = step({
  name: "retrain",
  on: retrainingRequested,
  emits: [dataArrived],
  run: async ({ pipeline, reason }) => dataArrived({ pipeline, reason: `retraining: ${reason}` }),
});
