import { z } from "zod";
import { metric } from "./metric.js";

const candidate = z.strictObject({
  model: z.enum([
    "logistic-regression",
    "gradient-boosting",
    "random-forest",
    "extra-trees",
    "decision-tree",
    "ml-random-forest",
  ]),
  params: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).default({}),
});

export const candidates = z
  .array(candidate)
  .min(1)
  .default([{ model: "logistic-regression", params: {} }]);

export const select = z
  .strictObject({ metric: metric.default("log_loss"), folds: z.number().int().min(2).max(20).default(5) })
  .prefault({});
