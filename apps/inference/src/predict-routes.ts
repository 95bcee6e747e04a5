import { randomUUID } from "node:crypto";
import type { Express } from "express";
import { issuesOf, predictRequest, sentenceOf, type PredictResponse, type Problem } from "@millrace/contracts";
import { Counter, HttpProblem, notFound, type Metrics } from "@millrace/service";
import type { ServedModel, Serving } from "./serving.js";

export interface PredictOptions {
  defaultModel?: string;
  metrics: Metrics;
}

export function predictRoutes(app: Express, serving: Serving, { defaultModel, metrics }: PredictOptions): void {
  const predictions = new Counter({
    name: "millrace_predictions_total",
    help: "Predictions by model, version and answer",
    labelNames: ["model", "version", "prediction"],
    registers: [metrics.registry],
  });
  const answer = (model: ServedModel, body: unknown): PredictResponse => {
    const response = predict(model, body);
    predictions.inc({ model: model.name, version: model.version, prediction: response.prediction });
    return response;
  };

  app.post("/predict", (request, response) => {
    response.json(answer(chooseModel(serving, defaultModel), request.body));
  });
  app.post("/models/:model/predict", (request, response) => {
    response.json(answer(modelNamed(serving, request.params.model), request.body));
  });
  app.get("/models", (_request, response) => {
    response.json({
      models: [...serving.models().values()].map(describe),
      problems: Object.fromEntries(serving.problems()),
    });
  });
  app.get("/models/:model", (request, response) => {
    const served = modelNamed(serving, request.params.model);
    response.json({ ...describe(served), features: served.model.features, metrics: served.model.metadata.metrics });
  });
}

function predict({ name, version, model }: ServedModel, body: unknown): PredictResponse {
  const request = predictRequest.safeParse(body);
  if (!request.success) {
    throw new HttpProblem(422, {
      code: "REQUEST_INVALID",
      message: `${issuesOf(request.error)}.`,
      remedy: `Send {"features": [${model.features.map((feature) => feature.name).join(", ")}]}, or the same by name.`,
    });
  }
  const { prediction, confidence, probabilities } = model.predictRow(request.data.features);
  return { prediction, confidence, probabilities, model: name, model_version: version, prediction_id: randomUUID() };
}

const describe = ({ name, version, generation, loadedAt, model }: ServedModel) => ({
  ...{ model: name, version, generation, loaded_at: loadedAt, family: model.metadata.family },
  ...{ target: model.metadata.target, classes: model.classes },
});

function chooseModel(serving: Serving, wanted: string | undefined): ServedModel {
  if (wanted !== undefined) return modelNamed(serving, wanted);
  const [only, ...others] = serving.models().values();
  if (only === undefined) throw noModel("any model", [...serving.problems().values()][0]);
  if (others.length === 0) return only;
  const names = [only, ...others].map(({ name }) => name).join(", ");
  throw new HttpProblem(400, {
    code: "MODEL_NOT_NAMED",
    message: `several models serve: ${names}.`,
    remedy: "Ask POST /models/{model}/predict, or set MILLRACE_DEFAULT_MODEL.",
  });
}

function modelNamed(serving: Serving, name: string): ServedModel {
  const served = serving.models().get(name);
  if (served !== undefined) return served;
  const problem = serving.problems().get(name);
  if (serving.models().size === 0 || problem !== undefined) throw noModel(name, problem);
  throw notFound({
    code: "MODEL_UNKNOWN",
    where: name,
    message: "no model of that name serves.",
    remedy: `There are: ${[...serving.models().keys()].join(", ")}.`,
  });
}

const noModel = (name: string, problem: Problem | undefined): HttpProblem =>
  new HttpProblem(503, {
    code: "MODEL_NOT_LOADED",
    where: name,
    message:
      problem === undefined ? "no version is loaded yet." : `its version can't be loaded: ${sentenceOf(problem)}`,
    remedy: "Let data arrive for its pipeline (`millrace arrive <pipeline>`), then ask again.",
  });
