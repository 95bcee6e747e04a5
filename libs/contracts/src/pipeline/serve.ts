import { z } from "zod";

export const serve = z
  .strictObject({
    port: z
      .number()
      .int()
      .min(1)
      .max(65535)
      .optional()
      .describe(
        "Where predictions are answered when `npm start -- --pipeline` runs this pipeline; INFERENCE_PORT goes before it",
      ),
  })
  .prefault({});
