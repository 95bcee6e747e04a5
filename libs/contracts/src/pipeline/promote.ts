import * as z from "zod";
import { duration } from "./duration.js";

const share = z.number().positive().max(100);
const rises = (shares: readonly number[]): boolean => shares.every((one, at) => at === 0 || one > shares[at - 1]!);

const budgets = z
  .strictObject({
    errors: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe("How much larger its share of failed requests may be than the champion's"),
    p95: z.number().min(1).default(2).describe("How many times the champion's 95th percentile of latency it may take"),
    p99: z.number().min(1).default(3).describe("The same for the 99th percentile"),
    distance: z
      .number()
      .gt(0)
      .max(1)
      .optional()
      .describe("How far the share of any predicted class may be from the champion's; unset: not looked at"),
    accuracy: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe("How much less often it may be right than the champion, where true labels come back"),
  })
  .prefault({});

export const promote = z
  .strictObject({
    alias: z.string().min(1).default("champion").describe("What the tracking server calls the version that serves"),
    approval: z
      .enum(["auto", "manual"])
      .default("auto")
      .describe("manual: an approved version waits until somebody says `millrace approve`"),
    registered_model: z
      .string()
      .min(1)
      .optional()
      .describe(
        "A registered model of the tracking server that gets a copy of each champion, for those who read only it",
      ),
    canary: z
      .array(share)
      .min(1)
      .refine(rises, "shares that grow: [1, 10, 50, 100]")
      .optional()
      .describe("The shares of traffic in percent that a new version goes through; at 100 it is the champion"),
    every: duration.default("10m").describe("How long each share lasts at least"),
    requests: z
      .number()
      .int()
      .min(0)
      .default(100)
      .describe("How many requests the new version has to have answered in a step before the next begins"),
    shadow: duration
      .optional()
      .describe("How long a new version hears every request at first, while nobody sees its answers"),
    abort: budgets.describe("What makes the rollout end, once it is sure: the version before serves all again"),
  })
  .prefault({});

export type PromoteSpec = z.infer<typeof promote>;
export type RolloutBudgets = z.infer<typeof budgets>;
