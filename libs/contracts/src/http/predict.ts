import { z } from "zod";

const cellValue = z.union([z.number(), z.string(), z.boolean(), z.null()]);

export const predictRequest = z
  .strictObject({
    features: z.union([z.array(cellValue), z.record(z.string(), cellValue)]).describe("By position, or by name"),
  })
  .meta({ id: "PredictRequest" });

export const predictResponse = z
  .object({
    prediction: z.string(),
    confidence: z.number().describe("The probability of the predicted class"),
    probabilities: z.record(z.string(), z.number()),
    model: z.string(),
    model_version: z.number().int(),
    prediction_id: z.string(),
  })
  .meta({ id: "PredictResponse" });

export type PredictRequest = z.infer<typeof predictRequest>;
export type PredictResponse = z.infer<typeof predictResponse>;
