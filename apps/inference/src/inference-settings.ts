import * as z from "zod";
import { servingSettings } from "./loading/serving-settings.js";
import { predictionLogSettings } from "./prediction-log/log-settings.js";

const wholeNumber = (fallback: number, most: number) => z.coerce.number().int().min(1).max(most).default(fallback);

/** All that an inference service can be told, those of its parts among it. */
export const inferenceSettings = z.object({
  ...servingSettings.shape,
  ...predictionLogSettings.shape,
  MILLRACE_DEFAULT_MODEL: z
    .string()
    .optional()
    .describe("The model that POST /predict asks; unset: the only one that is deployed"),
  ONNX_RUNTIME: z
    .string()
    .optional()
    .describe(
      "What runs ONNX models, here and in the registry: onnxruntime-node, onnxruntime-web, or the folder of one that is installed elsewhere; unset: whichever is installed, the native one first",
    ),
  INFERENCE_LOOK_SECONDS: z.coerce
    .number()
    .positive()
    .max(3600)
    .default(5)
    .describe("How often the deployment records are read even when no event tells of a change"),
  INFERENCE_BODY_MB: wholeNumber(10, 1000).describe("How large the body of a request for predictions may be"),
  INFERENCE_ROWS: wholeNumber(10_000, 1_000_000).describe(
    "How many rows one request may ask for; a stream to predict/batch may have any number",
  ),
  INFERENCE_BATCH_ERRORS: wholeNumber(1000, 1_000_000_000).describe(
    "After how many wrong rows a stream to predict/batch is given up",
  ),
});

export type InferenceSettings = z.infer<typeof inferenceSettings>;
