import { z } from "zod";
import { defineEvent } from "../define-event.js";
import { artifactRef } from "../artifact.js";
import { datasetRef, ofPipeline } from "./parts.js";

export const datasetTransformed = defineEvent({
  type: "dataset.transformed",
  summary: "Preprocessing was fitted on the training rows and applied; arrays are ready",
  saidBy: ["transform"],
  takenBy: { trainer: "train" },
  data: z.looseObject({
    ...ofPipeline,
    dataset: datasetRef,
    schema: artifactRef,
    preprocessor: artifactRef.describe("The fitted preprocessing as JSON"),
    inputs: z.array(z.string()).describe("The columns of the dataset that are learned from"),
    features: z.array(z.string()).describe("The columns of the arrays"),
    classes: z.array(z.string()).describe("The labels, in the order of their codes"),
    arrays: z.looseObject({
      trainX: artifactRef,
      trainY: artifactRef,
      testX: artifactRef,
      testY: artifactRef,
    }),
  }),
});
