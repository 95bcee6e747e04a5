import { defineService } from "@millrace/service";
import { ingest } from "./ingest.js";
import { retrain } from "./retrain.js";

export const ingestion = defineService({ name: "ingestion", steps: [ingest, retrain] });
