import * as z from "zod";
import { defineEvent } from "../define-event.js";
import { artifactRef } from "../artifact.js";
import { datasetRef, ofPipeline } from "./parts.js";

const side = z.looseObject({
  x: artifactRef,
  y: artifactRef,
  weights: artifactRef.optional().describe("How much each row counts; each counts 1 without it"),
});

const fold = z.looseObject({
  train: side.describe("Preprocessed by what these rows taught, then resampled"),
  test: side.describe("Preprocessed the same way, as many as there are"),
  categorical: z.array(z.number().int()).describe("The columns of x that hold codes of categories"),
});

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
    onnx: artifactRef.optional().describe("The same as an ONNX model; the report says why where there is none"),
    report: artifactRef.describe("Each feature before and after, as JSON"),
    page: artifactRef.describe("The same for people: one HTML file"),
    descriptions: artifactRef.describe("What may stand in each input, for forms and checks"),
    sample: artifactRef.optional().describe("Some of the training rows as Parquet, where there are many"),
    inputs: z.array(z.string()).describe("The columns of the dataset that the features are made of"),
    features: z.array(z.string()).describe("The columns of the arrays"),
    classes: z.array(z.string()).describe("The labels, in the order of their codes"),
    categorical: fold.shape.categorical,
    arrays: z.looseObject({
      trainX: artifactRef,
      trainY: artifactRef,
      testX: artifactRef,
      testY: artifactRef,
    }),
    training: side.describe("What the chosen model is fitted on: the training rows after resampling"),
    folds: z.array(fold).describe("For cross-validation, each prepared from its own training rows alone"),
  }),
});
