import type { IncomingMessage, ServerResponse } from "node:http";
import type { Express } from "express";
import { defineService, readSettings, type Platform, type Running } from "@millrace/service";
import { openAnswerer, type Answerer } from "./answer.js";
import { openBatchRoutes } from "./batch-routes.js";
import { logRoutes } from "./feedback-routes.js";
import { followDeployments } from "./follow-deployments.js";
import { formRoutes } from "./form/form-routes.js";
import { signInFor } from "./form/sign-in-page.js";
import { isHotRoute, openHotRoutes } from "./hot-routes.js";
import { inferenceSettings, type InferenceSettings } from "./inference-settings.js";
import { openPredictionMetrics } from "./metrics.js";
import type { MicroBatchOptions } from "./micro-batches.js";
import { openApiRoutes } from "./openapi/openapi-routes.js";
import { suitOneCore } from "./one-core.js";
import { openPredictRequests } from "./predict-requests.js";
import { predictRoutes } from "./predict-routes.js";
import { openDoor, tellRefusals } from "./refused-requests.js";
import { openServiceLog, type ServiceLog } from "./prediction-log/open-service-log.js";
import { openServing, type Serving } from "./serving.js";
import { openInfer } from "./v2/infer.js";
import { v2Routes } from "./v2/v2-routes.js";

export const inference = defineService({
  name: "inference",
  http: true,
  async start(platform, app) {
    suitOneCore();
    const settings = readSettings(inferenceSettings, platform.environment);
    const serving = openServing(platform);
    const logging = await openServiceLog(platform, serving, settings);
    const following = await followDeployments(platform, serving, { lookEverySeconds: settings.INFERENCE_LOOK_SECONDS });
    const answerer = openAnswerer({
      ...{ serving, clock: platform.clock, metrics: openPredictionMetrics(platform.metrics), log: logging?.log },
      ...{ defaultModel: settings.MILLRACE_DEFAULT_MODEL, batches: batchesOf(settings, serving) },
    });
    const first = openSurfaces({ platform, app, settings, serving, answerer, logging, following });
    const turnedAway = openDoor({
      ...{ serving, defaultModel: settings.MILLRACE_DEFAULT_MODEL, log: logging?.log, clock: platform.clock },
      perSecond: settings.PREDICTION_LOG_TURNED_AWAY,
    });
    const signIn = ({ url = "" }: IncomingMessage) => signInFor(url);
    return {
      ready: following.ready,
      first,
      direct: isHotRoute,
      turnedAway,
      signIn,
      stop: () => stopAll(following, logging),
    };
  },
});

function batchesOf(settings: InferenceSettings, { scoresTogether }: Serving): MicroBatchOptions | undefined {
  const { INFERENCE_MICRO_BATCH_ROWS: rows, INFERENCE_MICRO_BATCH_MS: ms } = settings;
  return rows > 1 ? { rows, ms, isWorth: scoresTogether } : undefined;
}

interface Surfaces {
  platform: Platform;
  app: Express;
  settings: InferenceSettings;
  serving: Serving;
  answerer: Answerer;
  logging: ServiceLog | undefined;
  following: Running;
}

type First = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Everything that predictions are asked through. What comes back is tried before Express. */
function openSurfaces({ platform, app, settings, serving, answerer, logging, following }: Surfaces): First {
  const { log, clock } = platform;
  const defaultModel = settings.MILLRACE_DEFAULT_MODEL;
  const limits = { rows: settings.INFERENCE_ROWS, bytes: settings.INFERENCE_BODY_MB * 1e6 };
  const requests = openPredictRequests({ answerer, serving, defaultModel, limits });
  predictRoutes(app, { requests, serving });
  v2Routes(app, { serving, ready: () => following.ready?.() });
  formRoutes(app, { answerer, serving });
  openApiRoutes(app, serving, defaultModel);
  if (logging !== undefined) logRoutes(app, { serving, clock, ...logging });
  app.use(tellRefusals(answerer));
  const hot = openHotRoutes({ answerer, requests, bodyBytes: limits.bytes, rows: limits.rows, log });
  const batch = openBatchRoutes({ answerer, limits, errors: settings.INFERENCE_BATCH_ERRORS, log });
  const infer = openInfer({ answerer, serving, log, limits });
  return (request, response) => hot(request, response) || batch(request, response) || infer(request, response);
}

/** The log last: whatever is still answered is written down. */
async function stopAll(following: Running, logging: ServiceLog | undefined): Promise<void> {
  await following.stop();
  await logging?.log.stop();
}
