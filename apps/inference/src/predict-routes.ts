import type { Express, Request, RequestHandler, Response } from "express";
import { HttpProblem } from "@millrace/service";
import { askedBy } from "./asked.js";
import { requireServing } from "./choose-model.js";
import type { PredictRequests } from "./predict-requests.js";
import { notJson } from "./read-body.js";
import { sendJson } from "./respond.js";
import type { ServedModel } from "./served-model.js";
import type { Serving } from "./serving.js";

export interface PredictRoutesParts {
  requests: PredictRequests;
  serving: Serving;
}

/** What serves, and — for requests that hot-routes.ts leaves to Express — the predictions. */
export function predictRoutes(app: Express, { requests, serving }: PredictRoutesParts): void {
  const predict = async (request: Request, response: Response, model: string | undefined) => {
    const asked = askedBy(request, model, queryOf(request.originalUrl));
    if (request.body === undefined) throw notJson();
    sendJson(response, await requests(asked, () => request.body as unknown));
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
    sendJson(response, textOf(requireServing(serving, request.params.model)));
  });
}

const queryOf = (url: string): string => (url.includes("?") ? url.slice(url.indexOf("?") + 1) : "");

const onlyPost: RequestHandler = (request, response) => {
  response.set("allow", "POST, OPTIONS");
  if (request.method === "OPTIONS") return void response.status(204).end();
  throw new HttpProblem(405, {
    code: "METHOD_NOT_ALLOWED",
    where: `${request.method} ${request.path}`,
    message: "predictions are asked for with POST.",
  });
};

/** It says the same as long as the version serves. */
const texts = new WeakMap<ServedModel, string>();

function textOf(served: ServedModel): string {
  const known = texts.get(served);
  if (known !== undefined) return known;
  const { features, metadata } = served.model;
  const text = JSON.stringify({ ...describe(served), features, metrics: metadata.metrics });
  texts.set(served, text);
  return text;
}

const describe = ({ name, version, generation, loadedAt, model }: ServedModel) => ({
  ...{ model: name, version, generation, loaded_at: loadedAt, family: model.metadata.family },
  ...{ target: model.metadata.target, classes: model.classes },
});
