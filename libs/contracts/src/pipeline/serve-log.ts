import * as z from "zod";

const columns = (about: string) => z.array(z.string().min(1)).default([]).describe(about);

export const log = z
  .strictObject({
    sample: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe("Which share of the requests is logged; whether one is follows from its prediction id"),
    drop: columns("Features that are never written to the prediction log, nor to a problem's text in it"),
    hash: columns(
      "Features of which a keyed hash is written: equal values stay equal. The key is PREDICTION_LOG_HASH_KEY; without it they are dropped",
    ),
  })
  .refine(({ drop, hash }) => !hash.some((column) => drop.includes(column)), {
    path: ["hash"],
    error: "a column is dropped or hashed, not both",
  })
  .prefault({})
  .describe("What the prediction log keeps of each request");

export type ServeLog = z.infer<typeof log>;
