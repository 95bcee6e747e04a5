import * as z from "zod";
import { readSettings, type Environment } from "@millrace/service";

const list = (separator: string) =>
  z
    .string()
    .default("")
    .transform((text) =>
      text
        .split(separator)
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    );

export const ingestionSettings = z.object({
  MILLRACE_SOURCE_ROOTS: list(":").describe(
    "Folders, separated by colons, that files may be read from besides the pipelines folder, the working directory and the folder of temporary files; unset: also the home folder without its hidden parts",
  ),
  MILLRACE_HTTP_SOURCES: list(",").describe(
    "Hosts, separated by commas, that http sources may be read from; a private or loopback address has to be listed itself",
  ),
  MILLRACE_SOURCE_LIMIT_MB: z.coerce
    .number()
    .positive()
    .default(20_000)
    .describe("The most that is downloaded for one run from S3 or over HTTP"),
});

export type IngestionSettings = z.infer<typeof ingestionSettings>;

export const readIngestionSettings = (environment: Environment): IngestionSettings =>
  readSettings(ingestionSettings, environment);
