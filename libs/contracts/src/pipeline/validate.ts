import * as z from "zod";

const share = z.number().min(0).max(1);

export const severity = z
  .enum(["ignore", "warn", "quarantine", "reject"])
  .describe("Nothing; a warning; the rows are kept apart; the dataset is refused and the champion goes on serving");

export type Severity = z.infer<typeof severity>;

/** How strictly a dataset is looked at. */
export const validate = z
  .strictObject({
    severity: z
      .record(z.string().regex(/^[A-Z][A-Z_]*$/, "a code such as OUT_OF_RANGE"), severity)
      .default({})
      .describe("What a finding of this code does, in place of what docs/validation.md says"),
    quarantine: share
      .default(0.05)
      .describe("The largest share of rows that may be kept apart; more refuse the dataset"),
    drift: z
      .strictObject({
        effect: z.number().positive().default(0.1).describe("The smallest effect that counts, from 0 to 1"),
        rate: share.default(0.01).describe("How often data without drift may be taken for drifted"),
        severity: severity.default("warn"),
      })
      .prefault({}),
  })
  .prefault({});
