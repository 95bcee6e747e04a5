import * as z from "zod";
import { duration } from "./duration.js";
import { metric } from "./metric.js";

const value = z.union([z.number(), z.string(), z.boolean()]);
const params = z.record(z.string(), z.union([value, z.array(value)])).default({});

const single = z.enum([
  "logistic-regression",
  "gradient-boosting",
  "random-forest",
  "extra-trees",
  "decision-tree",
  "ml-random-forest",
]);

const member = z.strictObject({ model: single, params });

const range = z
  .strictObject({
    from: z.number(),
    to: z.number(),
    log: z.boolean().optional().describe("As many trials in each order of magnitude"),
    steps: z.number().int().min(2).optional().describe("How many values of it a grid has"),
  })
  .refine(({ from, to }) => from < to, { path: ["to"], error: "a range ends above where it begins" })
  .refine(({ from, log }) => !log || from > 0, { path: ["from"], error: "with log a range begins above 0" });

const dimension = z.union([z.array(value).min(1), range]);

const candidate = z
  .strictObject({
    model: z.enum([...single.options, "voting", "stacking"]),
    params,
    search: z
      .record(z.string(), dimension)
      .optional()
      .describe("Parameters that are searched: a list of values each, or `{ from, to, log, steps }`"),
    members: z.array(member).min(1).optional().describe("For voting and stacking: the models that are combined"),
    final: member.optional().describe("For stacking: the model that learns from them; a linear one where left out"),
  })
  .superRefine((given, context) => {
    const combines = given.model === "voting" || given.model === "stacking";
    if (given.members !== undefined && !combines)
      context.addIssue({ code: "custom", path: ["members"], message: "only voting and stacking have members" });
    if (given.final !== undefined && given.model !== "stacking")
      context.addIssue({ code: "custom", path: ["final"], message: "only stacking has a final model" });
    for (const name of Object.keys(given.search ?? {}).filter((name) => name in given.params))
      context.addIssue({ code: "custom", path: ["search", name], message: "is given in params as well" });
  });

export const candidates = z
  .array(candidate)
  .min(1)
  .default([{ model: "logistic-regression", params: {} }]);

export const select = z
  .strictObject({
    metric: metric.default("log_loss"),
    folds: z.number().int().min(2).max(20).default(5),
    repeats: z
      .number()
      .int()
      .min(1)
      .max(20)
      .default(1)
      .describe("How often the rows are dealt into folds anew, each time in another way; not for folds by time"),
    search: z
      .enum(["grid", "random", "halving", "tpe"])
      .optional()
      .describe("How `search` of the candidates is gone through; left out: a grid where it has an end, else tpe"),
    trials: z
      .number()
      .int()
      .positive()
      .max(10_000)
      .optional()
      .describe("How many settings are tried at most; left out: a grid is tried whole, of the others 50"),
    budget: duration
      .optional()
      .describe("No trial goes on for longer than this after the first began; one is always made"),
    timeout: duration.default("30m").describe("A fit that takes longer counts as failed"),
    at_least: z
      .partialRecord(metric, z.number())
      .default({})
      .describe(
        "Floors on the folds, below which no candidate is taken; for log_loss, brier and calibration_error: ceilings",
      ),
  })
  .prefault({});

export const calibrate = z
  .enum(["none", "isotonic", "platt", "temperature"])
  .default("none")
  .describe(
    "What makes the winner's probabilities agree with how often things happen: by its predictions for the folds",
  );

const share = z.number().gt(0).lt(1);
const costs = z.strictObject({ false_negative: z.number().positive(), false_positive: z.number().positive() });

export const threshold = z
  .union([
    z.strictObject({ optimise: z.enum(["f1", "balanced_accuracy", "youden"]) }),
    z.strictObject({
      optimise: z.literal("f_beta"),
      beta: z.number().positive().describe("How many times recall counts as much as precision"),
    }),
    z.strictObject({ cost: costs.describe("What each mistake costs") }),
    z.strictObject({ precision: share.describe("As many of the positives as possible with at least this precision") }),
    z.strictObject({ recall: share.describe("As precise as possible with at least this recall") }),
    share,
  ])
  .optional()
  .describe("With two classes: from which probability on the positive one is predicted; 0.5 where it is left out");

/** A grid needs an end: told where the file is read, and not when the first data have come through. */
export function refuseEndlessGrid(
  spec: { candidates: z.infer<typeof candidates>; select: z.infer<typeof select> },
  context: z.RefinementCtx,
): void {
  if (spec.select.search !== "grid") return;
  spec.candidates.forEach(({ search = {} }, index) => {
    for (const [name, values] of Object.entries(search)) {
      if (Array.isArray(values) || values.steps !== undefined) continue;
      const message = "a grid does not know how many values a range has: give it steps, or list the values";
      context.addIssue({ code: "custom", path: ["candidates", index, "search", name], message });
    }
  });
}

/** The order of time is one: dealing the rows anew would give the same folds. */
export function refuseRepeatsOfTime(
  { split, select: { repeats } }: { split: { time?: string }; select: z.infer<typeof select> },
  context: z.RefinementCtx,
): void {
  if (repeats === 1 || split.time === undefined) return;
  const message = "folds by time are always the same, so there is nothing to repeat: leave it out, or split.time";
  context.addIssue({ code: "custom", path: ["select", "repeats"], message });
}

export type CandidateSpec = z.infer<typeof candidate>;
export type SelectSpec = z.infer<typeof select>;
export type ThresholdSpec = z.infer<typeof threshold>;
