import type { Express, Request, RequestHandler, Response } from "express";
import { HttpProblem } from "@millrace/service";
import type { Answerer } from "./answer.js";
import { askedBy } from "./asked.js";
import { requireServing } from "./choose-model.js";
import type { PredictRequests } from "./predict-requests.js";
import { notJson } from "./read-body.js";
import { sendJson } from "./respond.js";
import type { ServedModel, Serving } from "./serving.js";

export interface PredictRoutesParts {
  answerer: Answerer;
  requests: PredictRequests;
  serving: Serving;
}

/** What serves, and — for requests that hot-routes.ts leaves to Express — the predictions. */
export function predictRoutes(app: Express, { answerer, requests, serving }: PredictRoutesParts): void {
  const predict = (request: Request, response: Response, model: string | undefined) => {
    const asked = askedBy(request, model, queryOf(request.originalUrl));
    if (request.body === undefined) throw told(answerer, asked, notJson());
    sendJson(
      response,
      requests(asked, () => request.body as unknown),
    );
  };
  app.post("/predict", (request, response) => predict(request, response, undefined));
  app.post("/models/:model/predict", (request, response) => predict(request, response, request.params.model));
  app.all(["/predict", "/models/:model/predict", "/models/:model/predict/batch"], onlyPost);
  app.get("/models", (_request, response) => {
    response.json({
      models: [...serving.models().values()].map(describe),
      problems: Object.fromEntries(serving.problems()),
    });
  });
  app.get("/models/:model", (request, response) => {
    const served = requireServing(serving, request.params.model);
    response.json({ ...describe(served), features: served.model.features, metrics: served.model.metadata.metrics });
  });
}

const queryOf = (url: string): string => (url.includes("?") ? url.slice(url.indexOf("?") + 1) : "");

function told(answerer: Answerer, asked: Parameters<Answerer["refused"]>[0], problem: HttpProblem): HttpProblem {
  answerer.refused(asked, problem);
  return problem;
}

const onlyPost: RequestHandler = (request, response) => {
  response.set("allow", "POST, OPTIONS");
  if (request.method === "OPTIONS") return void response.status(204).end();
  throw new HttpProblem(405, {
    code: "METHOD_NOT_ALLOWED",
    where: `${request.method} ${request.path}`,
    message: "predictions are asked for with POST.",
  });
};

const describe = ({ name, version, generation, loadedAt, model }: ServedModel) => ({
  ...{ model: name, version, generation, loaded_at: loadedAt, family: model.metadata.family },
  ...{ target: model.metadata.target, classes: model.classes },
});
