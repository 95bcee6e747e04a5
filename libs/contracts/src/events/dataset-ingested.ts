import * as z from "zod";
import { defineEvent } from "../define-event.js";
import { artifactRef } from "../artifact.js";
import { datasetRef, ofPipeline } from "./parts.js";

export const datasetIngested = defineEvent({
  type: "dataset.ingested",
  summary: "The source was read, split and written as Parquet",
  saidBy: ["ingest"],
  takenBy: { validation: "validate" },
  data: z.looseObject({
    ...ofPipeline,
    ...datasetRef.shape,
    schema: artifactRef.optional().describe("schema.yaml, where the pipeline has one"),
    columns: z.array(z.looseObject({ name: z.string(), kind: z.enum(["number", "text"]) })),
  }),
});
