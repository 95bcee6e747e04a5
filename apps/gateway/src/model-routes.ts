import type { Express } from "express";
import type { DeploymentRecord, ModelVersionRecord, Rollout } from "@millrace/contracts";
import { callerOf } from "@millrace/service";
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
    const { model } = request.params;
    const known = await versionsOf(model, versions);
    // A model whose first version waits for an approval has versions, and none that serves.
    if (known.length > 0 && (await deployments.get(model)) === undefined)
      return response.json({ model, versions: known });
    const deployment = await deploymentOf(model, deployments);
    response.json({ ...lineOf(deployment), deployment, versions: known });
  });
  app.post("/models/:model/rollback", async (request, response) => {
    const asked = readRequest(rollbackRequest, request.body);
    const wish = { model: request.params.model, ...asked, by: callerOf(request).name };
    const answer = await rollBack(wish, parts);
    response.status(answer.done ? 200 : 202).json(answer);
  });
}

const lineOf = ({ model, champion, previous, rollout, generation, run, reason, updatedAt }: DeploymentRecord) => ({
  ...{ model, version: champion.version, previous: previous?.version, generation, run, reason, updatedAt },
  ...(rollout !== undefined && { rollout: shareOf(rollout) }),
});

const shareOf = ({ version, percent, shadow, step, steps, since }: Rollout) => ({
  ...{ version, percent, shadow, step, steps, since },
});

async function versionsOf(model: string, versions: Records<ModelVersionRecord>): Promise<ModelVersionRecord[]> {
  const { records } = await versions.query({ index: "byModel", equals: { model }, order: "desc", limit: 100 });
  return records.map(({ value }) => value);
}
