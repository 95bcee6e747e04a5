import type { Express, NextFunction, Request, Response } from "express";
import { requireServing } from "../choose-model.js";
import type { ServedModel } from "../served-model.js";
import type { Serving } from "../serving.js";
import { versionNumber } from "./infer.js";
import { outputsOf } from "./infer-response.js";
import { v2Error } from "./v2-problem.js";

export interface V2Parts {
  serving: Serving;
  /** What is still missing before requests can be answered. */
  ready(): string | undefined;
}

/** The Open Inference Protocol but for `infer`: health, metadata, and the model repository extension. */
export function v2Routes(app: Express, { serving, ready }: V2Parts): void {
  const models = ["/v2/models/:model", "/v2/models/:model/versions/:version"];
  const served = async ({ params }: Request): Promise<ServedModel> => {
    const { model, version } = params as { model: string; version?: string };
    const champion = requireServing(serving, model);
    return version === undefined ? champion : serving.load(model, versionNumber(version));
  };
  app.get("/v2", (_request, response) => void response.json(server));
  app.get("/v2/health/live", (_request, response) => void response.json({ live: true }));
  app.get("/v2/health/ready", (_request, response) => {
    response.status(ready() === undefined ? 200 : 503).json({ ready: ready() === undefined });
  });
  app.get(models, async (request, response) => {
    response.json(metadataOf(await served(request), serving));
  });
  app.get(
    models.map((path) => `${path}/ready`),
    async (request, response) => {
      response.json({ name: (await served(request)).name, ready: true });
    },
  );
  repositoryRoutes(app, serving);
  app.use("/v2", (error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const { status, body } = v2Error(error, request.path);
    if (status === 503) response.setHeader("retry-after", "1");
    response.status(status).json(body);
  });
}

const server = { name: "millrace", version: "2", extensions: ["binary_tensor_data", "model_repository"] };

const metadataOf = ({ name, model }: ServedModel, serving: Serving) => ({
  name,
  versions: [...new Set(serving.versions(name).map(({ version }) => String(version)))],
  platform: `millrace_${model.metadata.family}`,
  inputs: model.features.map((feature) => ({
    ...{ name: feature.name, shape: [-1] },
    datatype: feature.kind === "text" ? "BYTES" : "FP64",
  })),
  outputs: outputsOf(model),
});

function repositoryRoutes(app: Express, serving: Serving): void {
  app.post("/v2/repository/index", (request, response) => {
    const { ready = false } = (request.body ?? {}) as { ready?: boolean };
    response.json([...loaded(serving), ...(ready ? [] : unavailable(serving))]);
  });
  app.post("/v2/repository/models/:model/load", async (request, response) => {
    await serving.load(request.params.model);
    response.json({});
  });
  app.post("/v2/repository/models/:model/unload", (request, response) => {
    requireServing(serving, request.params.model);
    serving.unload(request.params.model);
    response.json({});
  });
}

const loaded = (serving: Serving) =>
  [...serving.models().keys()].flatMap((name) =>
    serving.versions(name).map(({ version }) => ({ name, version: String(version), state: "READY", reason: "" })),
  );

const unavailable = (serving: Serving) =>
  [...serving.problems()].map(([name, { message }]) => ({ name, version: "", state: "UNAVAILABLE", reason: message }));
