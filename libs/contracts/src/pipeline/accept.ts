import * as z from "zod";
import { metric } from "./metric.js";

const name = z.string().min(1);
const floors = z.partialRecord(metric, z.number());

export const timeForm = /^(\d+(?:\.\d+)?)(us|ms|s)$/;
const millisecondsIn = { us: 1e-3, ms: 1, s: 1000 } as const;

/** How long one answer may take, in milliseconds: 500us, 0.5ms, 5ms, 1s. */
export function latencyMilliseconds(text: string): number {
  const [, count, unit] = timeForm.exec(text) ?? [];
  return Number(count) * millisecondsIn[unit as keyof typeof millisecondsIn];
}

const sizeForm = /^(\d+(?:\.\d+)?)(kB|MB|GB|KiB|MiB|GiB)$/;
const bytesIn = { kB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

/** How large a file may be, in bytes: 500kB, 50MB, 1.5GiB. */
export function sizeBytes(text: string): number {
  const [, count, unit] = sizeForm.exec(text) ?? [];
  return Number(count) * bytesIn[unit as keyof typeof bytesIn];
}

const minRows = z
  .number()
  .int()
  .min(2)
  .default(50)
  .describe("Groups of fewer test rows are shown, and not judged: a few rows prove nothing");

const slices = z.union([
  z.array(name).min(1).describe("Columns of which every group has to meet `at_least`"),
  z.strictObject({
    columns: z.array(name).min(1),
    at_least: floors.optional().describe("Floors for each group; those of all rows where it is left out"),
    min_rows: minRows,
  }),
]);

const disparity = z.enum([
  ...["selection_rate", "true_positive_rate", "false_positive_rate", "equalized_odds"],
  ...metric.options,
] as const);

const fairnessBound = z.strictObject({
  column: name.describe("The column whose groups are compared"),
  metric: disparity
    .default("selection_rate")
    .describe("What may not differ; selection_rate is demographic parity, true_positive_rate equal opportunity"),
  at_most: z.number().min(0).describe("The largest difference between the highest and the lowest group"),
  min_rows: minRows,
});

export const accept = z
  .strictObject({
    at_least: floors
      .default({})
      .describe("Floors on the test rows; for log_loss, brier and calibration_error: ceilings"),
    better_by: floors.default({}).describe("How much better than the champion it has to be"),
    significant: z
      .boolean()
      .default(true)
      .describe("Whether a gain that better_by asks for has to be more than luck: its interval holds no loss"),
    confidence: z.number().gt(0).lt(1).default(0.95).describe("That of the intervals"),
    overfit_gap: z
      .number()
      .positive()
      .optional()
      .describe("How far select.metric may be better on the training rows than on the test rows"),
    slices: slices
      .optional()
      .describe("Columns of which every group has to meet at_least; or { columns, at_least, min_rows }"),
    fairness: z
      .union([fairnessBound, z.array(fairnessBound).min(1)])
      .optional()
      .describe("How far groups of rows may lie apart: { column, metric, at_most, min_rows }, or several"),
    latency: z
      .string()
      .regex(timeForm, "a time such as 500us, 0.5ms or 5ms")
      .optional()
      .describe("How long 99 of 100 answers to one row may take, without the network: 5ms"),
    size: z
      .string()
      .regex(sizeForm, "a size such as 500kB, 50MB or 1GiB")
      .optional()
      .describe("How large the package may be: 50MB"),
    looks: z
      .number()
      .int()
      .positive()
      .default(20)
      .describe("How many models the same test rows may judge before verdicts warn of it"),
  })
  .prefault({});

export type AcceptSpec = z.infer<typeof accept>;
export type FairnessBound = z.infer<typeof fairnessBound>;
