import type { Express } from "express";
import type { AuditRecord, DeploymentRecord } from "@millrace/contracts";
import { auditCollection, generationCollection, notFound } from "@millrace/service";
import type { RecordStore, Records } from "@millrace/storage";
import * as z from "zod";
import { readRequest } from "./request.js";

const historyQuery = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) });

/** What happened to a model: who changed what, why, from which version to which, when. */
export function auditRoutes(app: Express, store: RecordStore): void {
  const parts = { generations: store.records(generationCollection), audit: store.records(auditCollection) };
  app.get("/models/:model/history", async (request, response) => {
    const { limit } = readRequest(historyQuery, request.query);
    const { model } = request.params;
    const history = await historyOf(model, limit, parts);
    if (history.length === 0) throw unknownModel(model);
    response.json({ model, history });
  });
}

interface Parts {
  generations: Records<DeploymentRecord>;
  audit: Records<AuditRecord>;
}

/** The newest first. */
async function historyOf(model: string, limit: number, { generations, audit }: Parts): Promise<AuditRecord[]> {
  const newest = { index: "byModel", equals: { model }, order: "desc" as const };
  const { records: made } = await generations.query({ ...newest, limit: Math.min(limit + 1, 1000) });
  const { records: lines } = await audit.query({ ...newest, limit });
  const changes = made.map(({ value }, at) => lineOf(value, made[at + 1]?.value));
  return [...changes, ...lines.map(({ value }) => value)].sort(byTime).slice(0, limit);
}

const byTime = (a: AuditRecord, b: AuditRecord): number => {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  return (b.generation ?? 0) - (a.generation ?? 0);
};

/** Generations that an earlier release made do not say what they did. */
function lineOf(made: DeploymentRecord, before: DeploymentRecord | undefined): AuditRecord {
  const { model, generation, champion, previous, reason, run, updatedAt, change, rollout } = made;
  const from = (before?.champion ?? previous)?.version;
  return {
    ...{
      model,
      at: updatedAt,
      kind: change?.kind ?? "promoted",
      by: change?.by ?? "registry",
      reason,
      run,
      generation,
    },
    ...(from !== undefined && { from }),
    ...(rollout !== undefined && { percent: rollout.percent }),
    ...{ to: champion.version, version: change?.version ?? champion.version },
  };
}

const unknownModel = (model: string) =>
  notFound({
    code: "MODEL_UNKNOWN",
    where: model.slice(0, 100),
    message: "nothing has happened to a model of that name.",
    remedy: "GET /models or `millrace models` lists the models.",
  });
