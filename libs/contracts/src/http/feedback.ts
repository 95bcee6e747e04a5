import * as z from "zod";

const label = z
  .union([z.string(), z.number(), z.boolean()])
  .describe("The true class, as the model names it; of a regression the true value");

export const feedback = z
  .strictObject({
    prediction_id: z
      .string()
      .min(1)
      .max(200)
      .describe("As the prediction's answer named it; one that is not known here (yet) is kept all the same"),
    label,
  })
  .meta({
    id: "Feedback",
    description: "What turned out to be true; of several labels of a prediction the last counts",
  });

export const feedbackRequest = z
  .union([feedback, z.array(feedback).min(1)])
  .meta({ id: "FeedbackRequest", description: "One label or several; as NDJSON one a line" });

export const feedbackResponse = z
  .object({
    accepted: z.number().int().describe("How many labels are kept from now on, whatever happens to the process"),
  })
  .meta({ id: "FeedbackResponse" });

/** A row of the prediction log, with its label where one has come. */
export const loggedPrediction = z
  .object({
    prediction_id: z.string(),
    requested_at: z.string(),
    model_version: z.number().int().nullable(),
    status: z.number().int().describe("Of the HTTP answer"),
    prediction: z.string().nullable(),
    confidence: z.number().nullable(),
    probabilities: z.record(z.string(), z.number()).nullable(),
    features: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).nullable(),
    milliseconds: z.number(),
    trace: z.string().nullable(),
    caller: z.string().nullable(),
    problem: z.string().nullable(),
    label: z.string().nullable(),
    labelled_at: z.string().nullable(),
  })
  .meta({ id: "LoggedPrediction" });

export const predictionsResponse = z
  .object({
    predictions: z.array(loggedPrediction).describe("In the order of time"),
    next: z.string().optional().describe("The `after` of the next page, where there is one"),
  })
  .meta({ id: "PredictionsResponse" });

export type Feedback = z.infer<typeof feedback>;
export type PredictionRecord = z.infer<typeof loggedPrediction>;
export type PredictionsPage = z.infer<typeof predictionsResponse>;
