import * as z from "zod";

export const servingSettings = z.object({
  INFERENCE_LATENCY_BUDGET_MS: z.coerce
    .number()
    .positive()
    .default(50)
    .describe(
      "How long one prediction may take, measured when a version is loaded; a slower one is refused. serve.latency_budget in pipeline.yaml goes before it",
    ),
  INFERENCE_PINNED_VERSIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(4)
    .describe("How many versions that callers ask for by number are kept loaded, besides those that serve"),
  INFERENCE_MICRO_BATCH_ROWS: z.coerce
    .number()
    .int()
    .min(0)
    .max(4096)
    .default(0)
    .describe(
      "So many single predictions of one version that are asked for at the same time are scored as one table at most, where its tables prove faster; 0: each by itself",
    ),
  INFERENCE_MICRO_BATCH_MS: z.coerce
    .number()
    .min(0)
    .max(1000)
    .default(0)
    .describe("How long the first of them waits for others; 0: until the requests that have arrived are read"),
  INFERENCE_SHADOW_ROWS: z.coerce
    .number()
    .int()
    .min(1)
    .default(10_000)
    .describe("How many rows may wait for the shadow of a rollout; more are dropped and counted"),
});
