import type { Express, Request } from "express";
import { callerOf } from "@millrace/service";
import * as z from "zod";
import { decideVersion, type DecisionParts } from "./decide-version.js";
import { readRequest } from "./request.js";

const decisionRequest = z.strictObject({ reason: z.string().min(1).max(1000).optional() });
const versionPath = z.object({ model: z.string(), version: z.coerce.number().int().positive() });

/** Somebody's word on a version that waits, or that is being rolled out. */
export function approvalRoutes(app: Express, parts: DecisionParts): void {
  const decided = async (request: Request, approved: boolean) => {
    const { model, version } = readRequest(versionPath, request.params);
    const { reason = "no reason was given" } = readRequest(decisionRequest, request.body);
    return decideVersion({ model, version, approved, reason, by: callerOf(request).name }, parts);
  };
  app.post("/models/:model/versions/:version/approve", async (request, response) => {
    const answer = await decided(request, true);
    response.status(answer.done ? 200 : 202).json(answer);
  });
  app.post("/models/:model/versions/:version/reject", async (request, response) => {
    const answer = await decided(request, false);
    response.status(answer.done ? 200 : 202).json(answer);
  });
}
