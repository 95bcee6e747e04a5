import type { Express } from "express";
import type { DeploymentRecord, ModelVersionRecord } from "@millrace/contracts";
import type { Records } from "@millrace/storage";
import { readRequest, rollbackRequest } from "./request.js";
import { deploymentOf, rollBack, type RollbackParts } from "./roll-back.js";

/** Which versions there are, which one serves, and the way back. */
export function modelRoutes(app: Express, parts: RollbackParts): void {
  const { deployments, versions } = parts;
  app.get("/models", async (_request, response) => {
    const { records } = await deployments.query({ index: "byModel", limit: 1000 });
    response.json({ models: records.map(({ value }) => lineOf(value)) });
  });
  app.get("/models/:model", async (request, response) => {
    const deployment = await deploymentOf(request.params.model, deployments);
    response.json({ ...lineOf(deployment), deployment, versions: await versionsOf(deployment.model, versions) });
  });
  app.post("/models/:model/rollback", async (request, response) => {
    const wish = { model: request.params.model, ...readRequest(rollbackRequest, request.body) };
    const answer = await rollBack(wish, parts);
    response.status(answer.done ? 200 : 202).json(answer);
  });
}

const lineOf = ({ model, champion, previous, generation, run, reason, updatedAt }: DeploymentRecord) => ({
  ...{ model, version: champion.version, previous: previous?.version, generation, run, reason, updatedAt },
});

async function versionsOf(model: string, versions: Records<ModelVersionRecord>): Promise<ModelVersionRecord[]> {
  const { records } = await versions.query({ index: "byModel", equals: { model }, order: "desc", limit: 100 });
  return records.map(({ value }) => value);
}
