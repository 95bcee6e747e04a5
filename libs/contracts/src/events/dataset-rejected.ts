import * as z from "zod";
import { defineEvent } from "../define-event.js";
import { artifactRef } from "../artifact.js";
import { datasetRef, finding, ofPipeline, validationParts } from "./parts.js";

export const datasetRejected = defineEvent({
  type: "dataset.rejected",
  summary: "The dataset broke its schema: the run ends here and the champion goes on serving",
  saidBy: ["validate"],
  data: z.looseObject({
    ...ofPipeline,
    dataset: datasetRef,
    report: artifactRef,
    findings: z.array(finding),
    ...validationParts,
    summary: z.string(),
  }),
});
