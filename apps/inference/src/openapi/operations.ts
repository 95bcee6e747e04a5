import type { ServedModel } from "../served-model.js";
import { exampleRow, refTo, type Json } from "./schemas.js";

const json = (schema: Json, more: Json = {}): Json => ({ "application/json": { schema, ...more } });

const problems: Readonly<Record<number, string>> = {
  400: "The request can't be read",
  401: "No valid key",
  403: "The key may not do this",
  404: "There is no such model or version",
  413: "The body or the number of rows is too large",
  415: "The body is of a kind that is not read here",
  422: "A field is wrong; `problems` points at each",
  429: "More requests than the key may send; `Retry-After` says when to come again",
  503: "No version is loaded yet, or too much is under way; `Retry-After` says when to come again",
};

const refusals = (...statuses: readonly number[]): Json =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: problems[status], content: { "application/problem+json": { schema: refTo("Problem") } } },
    ]),
  );

const flag = (name: string, description: string): Json => ({
  ...{ name, in: "query", description },
  schema: { type: "boolean", default: false },
});

const predictParameters = (versions: readonly number[]): readonly Json[] => [
  flag("probabilities", "Give the probability of every class"),
  flag("explain", "Say which features counted most"),
  {
    ...{ name: "x-model-version", in: "header", description: "A version that is to answer, and no other" },
    schema: { type: "integer", enum: versions },
  },
  {
    ...{ name: "x-request-key", in: "header", description: "As `key` in the body" },
    schema: { type: "string", maxLength: 256 },
  },
];

/** POST …/predict of one model; `request` is the name of its request's schema. */
export const predictOperation = (
  served: ServedModel,
  versions: readonly number[],
  request: string,
  id: string,
): Json => ({
  operationId: id,
  tags: ["predictions"],
  summary: `Predict ${served.model.metadata.target} by ${served.name}`,
  parameters: predictParameters(versions),
  requestBody: { required: true, content: json(refTo(request), { example: { features: exampleRow(served) } }) },
  responses: {
    200: {
      description: "The prediction; a list of them where several rows were sent",
      content: json({ oneOf: [refTo("PredictResponse"), refTo("PredictManyResponse")] }),
    },
    ...refusals(400, 401, 403, 404, 413, 415, 422, 429, 503),
  },
});

const read = (
  operationId: string,
  tag: string,
  summary: string,
  content: Json,
  ...refused: readonly number[]
): Json => ({
  ...{ operationId, tags: [tag], summary },
  responses: { 200: { description: summary, content }, ...refusals(...refused) },
});

const object: Json = { type: "object" };
const text: Json = { "text/plain": { schema: { type: "string" } } };

export const commonPaths = (): Json => ({
  "/models": {
    get: read("models", "models", "The models that serve, and why others do not", json(object), 401, 403, 429, 503),
  },
  "/health": { get: read("health", "operations", "The process lives", json(object)) },
  "/ready": { get: { ...read("ready", "operations", "It can do its work", json(object)), responses: readiness } },
  "/metrics": { get: read("metrics", "operations", "Figures for Prometheus", text) },
  "/openapi.json": { get: read("openapi", "operations", "This document", json(object), 401, 403, 429, 503) },
  "/v2": { get: read("v2Server", "open inference protocol", "Name, version, extensions", json(object)) },
  "/v2/health/live": { get: read("v2Live", "open inference protocol", "The process lives", json(object)) },
});

const readiness: Json = {
  200: { description: "It is ready", content: json(object) },
  503: { description: "What is still missing", content: json(object) },
};

/** What is read of one model. */
export const modelPaths = (name: string, id: string): Json => ({
  [`/models/${name}`]: {
    get: read(`${id}_model`, "models", `${name}: features, metrics, version`, json(object), 401, 403, 404, 429, 503),
  },
  [`/v2/models/${name}`]: {
    get: read(`${id}_v2`, "open inference protocol", `${name}: inputs and outputs as tensors`, json(object)),
  },
});
