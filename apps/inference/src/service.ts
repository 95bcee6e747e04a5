import { z } from "zod";
import { defineService, readSettings } from "@millrace/service";
import { followDeployments } from "./follow-deployments.js";
import { predictRoutes } from "./predict-routes.js";
import { openServing } from "./serving.js";

export const inferenceSettings = z.object({
  MILLRACE_DEFAULT_MODEL: z
    .string()
    .optional()
    .describe("The model that POST /predict asks; unset: the only one that is deployed"),
  INFERENCE_LOOK_SECONDS: z.coerce
    .number()
    .positive()
    .max(3600)
    .default(5)
    .describe("How often the deployment records are read even when no event tells of a change"),
});

export const inference = defineService({
  name: "inference",
  http: true,
  async start(platform, app) {
    const settings = readSettings(inferenceSettings, platform.environment);
    const serving = openServing(platform);
    predictRoutes(app, serving, { defaultModel: settings.MILLRACE_DEFAULT_MODEL, metrics: platform.metrics });
    return followDeployments(platform, serving, { lookEverySeconds: settings.INFERENCE_LOOK_SECONDS });
  },
});
