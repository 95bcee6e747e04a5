import { z } from "zod";
import { defineEvent } from "../define-event.js";
import { artifactRef } from "../artifact.js";
import { datasetRef, finding, ofPipeline } from "./parts.js";

export const datasetValidated = defineEvent({
  type: "dataset.validated",
  summary: "The dataset is as its schema says; warnings may be in the report",
  saidBy: ["validate"],
  takenBy: { transformation: "transform" },
  data: z.looseObject({
    ...ofPipeline,
    dataset: datasetRef,
    schema: artifactRef.describe("The schema that it was checked against"),
    report: artifactRef,
    warnings: z.array(finding),
  }),
});
