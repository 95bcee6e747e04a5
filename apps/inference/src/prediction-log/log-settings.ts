import * as z from "zod";

const megabytes = (fallback: number) => z.coerce.number().int().min(1).max(1_000_000).default(fallback);
const columns = (about: string) => z.string().default("").describe(about);

export const predictionLogSettings = z.object({
  PREDICTION_LOG: z.enum(["on", "off"]).default("on").describe("Whether requests are logged at all"),
  PREDICTION_LOG_BUCKET: z
    .string()
    .optional()
    .describe("Where the log goes; unset: ARTIFACT_BUCKET, or the folder exports/prediction-log of MILLRACE_DATA_DIR"),
  PREDICTION_LOG_HASH_KEY: z
    .string()
    .min(16)
    .optional()
    .describe("The secret of hashed columns; unset: columns to hash are dropped"),
  PREDICTION_LOG_DROP: columns("Columns, with commas between them, that are not logged of any model"),
  PREDICTION_LOG_HASH: columns("Columns, with commas between them, that are hashed of every model"),
  PREDICTION_LOG_TURNED_AWAY: z.coerce
    .number()
    .positive()
    .default(1000)
    .describe(
      "How many requests a second are logged that were turned away before anything of them was read (no key, too many calls, overload); more are counted",
    ),
  PREDICTION_LOG_SECONDS: z.coerce
    .number()
    .positive()
    .max(86_400)
    .default(300)
    .describe("After how long at most the log of a replica goes to the artifact store"),
  PREDICTION_LOG_SEGMENT_MB: megabytes(8).describe("After how many megabytes it goes there before that"),
  PREDICTION_LOG_MEMORY_MB: megabytes(16).describe("How much of the log may be in memory; what is more is dropped"),
  PREDICTION_LOG_DISK_MB: megabytes(1024).describe(
    "How much may wait on this machine's disk while the artifact store is away; what is more is dropped",
  ),
});

export type PredictionLogSettings = z.infer<typeof predictionLogSettings>;
