import type { Express } from "express";
import { callerOf } from "@millrace/service";
import * as z from "zod";
import { readRequest } from "../request.js";
import { collectGarbage, type GcParts } from "./collect-garbage.js";

const gcRequest = z.strictObject({ dry_run: z.boolean().default(false) });

/** Takes what nothing refers to any more, or says what it would take. */
export function gcRoutes(app: Express, parts: GcParts): void {
  app.post("/gc", async (request, response) => {
    const { dry_run: dryRun } = readRequest(gcRequest, request.body);
    response.json(await collectGarbage(parts, { dryRun, by: callerOf(request).name }));
  });
}
