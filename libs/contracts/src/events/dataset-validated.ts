import * as z from "zod";
import { defineEvent } from "../define-event.js";
import { artifactRef } from "../artifact.js";
import { datasetRef, finding, ofPipeline, validationParts } from "./parts.js";

export const datasetValidated = defineEvent({
  type: "dataset.validated",
  summary: "The dataset, without the rows that were kept apart, is as its schema says; warnings may be in the report",
  saidBy: ["validate"],
  takenBy: { transformation: "transform" },
  data: z.looseObject({
    ...ofPipeline,
    dataset: datasetRef,
    schema: artifactRef.describe("The schema that it was checked against"),
    report: artifactRef,
    warnings: z.array(finding),
    ...validationParts,
    profile: artifactRef.optional().describe("What is known of the columns without the rows, as JSON"),
  }),
});
