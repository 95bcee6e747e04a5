import * as z from "zod";
import { readSettings, type Environment } from "@millrace/service";

export const gcSettings = z.object({
  GC_KEEP_VERSIONS: z.coerce
    .number()
    .int()
    .min(1)
    .default(10)
    .describe("How many of a model's newest versions are kept, beside those that serve, served before or wait"),
  GC_KEEP_DAYS: z.coerce
    .number()
    .positive()
    .default(30)
    .describe("How long everything that a run made is kept; a run that has not ended keeps it as long as it takes"),
  GC_GRACE_HOURS: z.coerce
    .number()
    .positive()
    .default(24)
    .describe("Artifacts that were put since are never collected; longer than any step takes"),
});

export type GcSettings = z.infer<typeof gcSettings>;

export const readGcSettings = (environment: Environment): GcSettings => readSettings(gcSettings, environment);
