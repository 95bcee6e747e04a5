import * as z from "zod";
import { duration } from "./duration.js";

const name = z.string().min(1);
const every = duration.default("1m").describe("How often it is looked at");

const trigger = z.union([
  z.strictObject({ watch: name.describe("A folder: when a data file lies there beside _SUCCESS, a run begins") }),
  z.strictObject({
    s3: z
      .string()
      .regex(/^s3:\/\/[^/]+\/.*/, "s3://bucket/prefix")
      .describe("A prefix: the same, with objects"),
    every,
  }),
  z.strictObject({
    cron: name.describe("minute hour day month weekday, as cron has it"),
    timezone: name.default("UTC"),
  }),
  z.strictObject({ rows: z.number().int().positive().describe("So many new rows in the source"), every }),
  z.strictObject({ watermark: z.literal(true).describe("Anything new in a database source"), every }),
  z.strictObject({
    changes: z
      .literal(true)
      .describe(
        "What is added to a MongoDB collection, by its change stream; where the server has none, as `watermark`",
      ),
    every,
  }),
  z.strictObject({ drift: z.literal(true).describe("Drift that the monitor or the validation found") }),
  z.strictObject({ absence: duration.describe("No arrival for so long raises data.absent") }),
]);

export const triggers = z.array(trigger).default([]);

export type TriggerSpec = z.infer<typeof trigger>;

/** What becomes of arrivals that come close together. */
export const arrivals = z
  .strictObject({
    debounce: duration
      .optional()
      .describe("A run begins when nothing has arrived for so long; the newest data win. 100ms, or 0s with overlap"),
    cooldown: duration.default("0s").describe("The least time between the beginnings of two runs"),
    overlap: z
      .boolean()
      .default(false)
      .describe("Whether runs may be under way side by side; else the newest arrival waits for the run before it"),
  })
  .prefault({});
