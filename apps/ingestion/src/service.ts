import { defineService } from "@millrace/service";
import { ingest } from "./ingest.js";
import { retrain } from "./retrain.js";
import { readIngestionSettings } from "./settings.js";

export const ingestion = defineService({
  name: "ingestion",
  steps: [ingest, retrain],
  // A wrong setting stops the start, not the first run.
  start({ environment }) {
    readIngestionSettings(environment);
    return { stop: async () => undefined };
  },
});
