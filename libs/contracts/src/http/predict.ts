import * as z from "zod";

const cellValue = z.union([z.number(), z.string(), z.boolean(), z.null()]);

export const featureRow = z
  .union([z.array(cellValue), z.record(z.string(), cellValue)])
  .meta({ id: "FeatureRow", description: "One row by position, or by name; null is a missing value" });

const key = z
  .string()
  .max(256)
  .optional()
  .describe("Whom the row is about: during a rollout the same key is answered by the same version");

export const predictOneRequest = z.strictObject({ features: featureRow, key }).meta({ id: "PredictOneRequest" });

export const predictManyRequest = z
  .strictObject({
    instances: z.array(featureRow).min(1).describe("Several rows; all are answered by one version"),
    key,
  })
  .meta({ id: "PredictManyRequest" });

export const predictRequest = z.union([predictOneRequest, predictManyRequest]).meta({ id: "PredictRequest" });

export const contribution = z
  .object({
    feature: z.string(),
    contribution: z.number().describe("By how much the feature's value moved the score, from the base on"),
  })
  .meta({ id: "Contribution" });

export const explanation = z
  .object({
    scale: z
      .enum(["log-odds", "probability", "value"])
      .describe(
        "What the contributions are added up in: the score of the predicted class, or the value of a regression",
      ),
    base: z.number().describe("The score without any feature known"),
    contributions: z.array(contribution).describe("The features that moved the score most, the greatest first"),
  })
  .meta({ id: "Explanation" });

const answered = {
  prediction: z.union([z.string(), z.number()]).describe("The class; of a regression the value"),
  confidence: z.number().optional().describe("The probability of the predicted class; not given by a regression"),
  probabilities: z.record(z.string(), z.number()).optional().describe("Of each class, with ?probabilities=true"),
  explanation: explanation.optional().describe("With ?explain=true"),
};

const answeredBy = { model: z.string(), model_version: z.number().int() };
const predictionId = z.string().describe("Names this prediction in the prediction log and in feedback");

export const predictResponse = z
  .object({ ...answered, ...answeredBy, prediction_id: predictionId })
  .meta({ id: "PredictResponse" });

export const predictManyResponse = z
  .object({ ...answeredBy, predictions: z.array(z.object({ ...answered, prediction_id: predictionId })) })
  .meta({ id: "PredictManyResponse" });

export type FeatureRow = z.infer<typeof featureRow>;
export type PredictRequest = z.infer<typeof predictRequest>;
export type Explanation = z.infer<typeof explanation>;
export type PredictResponse = z.infer<typeof predictResponse>;
export type PredictManyResponse = z.infer<typeof predictManyResponse>;
