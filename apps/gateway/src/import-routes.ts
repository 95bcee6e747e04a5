import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type { Express } from "express";
import * as z from "zod";
import {
  dataSchemaOf,
  hasEnded,
  importRequested,
  type ArtifactRef,
  type CloudEvent,
  type DeploymentRecord,
  type ModelVersionRecord,
  type RunRecord,
} from "@millrace/contracts";
import { callerOf, HttpProblem } from "@millrace/service";
import type { ArtifactStore, Records } from "@millrace/storage";
import { beginRun, type BeginParts } from "./begin-run.js";
import { readRequest } from "./request.js";

export interface ImportParts extends BeginParts {
  artifacts: Pick<ArtifactStore, "put">;
  deployments: Records<DeploymentRecord>;
  versions: Records<ModelVersionRecord>;
  clock: () => Date;
  waitMs?: number;
}

export interface ImportAnswer {
  /** False: it takes longer than was waited; the run tells how it goes on. */
  done: boolean;
  model: string;
  run: string;
  version?: number;
  promoted: boolean;
  /** What the gates of the pipeline say of it, where they were asked, and what became of the run. */
  verdict?: string;
  status?: RunRecord["status"];
}

const WAIT_MS = 90_000;
const LOOK_EVERY_MS = 50;
const MOST_BYTES = 2 ** 30;

const modelName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,99}$/, "lower-case letters, digits and hyphens");
const flag = z.enum(["true", "false"]).default("false");
const importQuery = z.object({
  promote: flag.transform((text) => text === "true"),
  judge: flag.transform((text) => text === "true"),
  reason: z.string().min(1).max(1000).default("asked for"),
});

/** Takes a model package as the body of the request; it is never held whole. */
export function importRoutes(app: Express, parts: ImportParts): void {
  app.post("/models/:model/versions", async (request, response) => {
    const { model, ...wish } = readRequest(importQuery.extend({ model: modelName }), {
      ...request.query,
      model: request.params.model,
    });
    const type = request.get("content-type") ?? "";
    if (!/^application\/(octet-stream|vnd\.millrace\b)/.test(type)) throw noPackage(type);
    const meta = { mediaType: type, name: `${model}.package` };
    const bytes = await parts.artifacts.put(limited(request), meta);
    const answer = await importModel({ model, ...wish, by: callerOf(request).name, bytes }, parts);
    response.status(answer.done ? 201 : 202).json(answer);
  });
}

async function* limited(body: Readable): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw tooLarge();
    yield chunk;
  }
}

interface Wish {
  model: string;
  promote: boolean;
  judge: boolean;
  reason: string;
  by: string;
  bytes: ArtifactRef;
}

/** Asks the registry to take the model in, and waits until it has. */
async function importModel(wish: Wish, parts: ImportParts): Promise<ImportAnswer> {
  const current = (await parts.deployments.get(wish.model))?.value;
  const { run } = await beginRun(wishEvent(wish, current?.generation ?? 0, parts.clock()), parts);
  const ended = await endedRun(run, parts);
  if (ended?.status === "failed") throw new HttpProblem(409, ended.problem!);
  const made = await parts.versions.query({ index: "byRun", equals: { run }, limit: 1 });
  const { version, reason } = made.records[0]?.value ?? {};
  const answer = { done: ended !== undefined, model: wish.model, run, version, promoted: ended?.status === "promoted" };
  return { ...answer, ...(wish.judge && { verdict: reason, status: ended?.status }) };
}

function wishEvent({ bytes, ...wish }: Wish, generation: number, now: Date): CloudEvent {
  return {
    ...{ specversion: "1.0" as const, id: randomUUID(), source: "/millrace/gateway", type: importRequested.type },
    ...{ time: now.toISOString(), datacontenttype: "application/json" as const, pipeline: wish.model },
    dataschema: dataSchemaOf(importRequested),
    data: { ...wish, package: bytes, generation },
  };
}

async function endedRun(run: string, { runs, waitMs = WAIT_MS }: ImportParts): Promise<RunRecord | undefined> {
  const until = performance.now() + waitMs;
  while (performance.now() < until) {
    const page = (await runs.get(run))?.value;
    if (page !== undefined && hasEnded(page.status)) return page;
    await pause(LOOK_EVERY_MS);
  }
  return undefined;
}

const noPackage = (type: string): HttpProblem =>
  new HttpProblem(415, {
    code: "MEDIA_TYPE_UNSUPPORTED",
    where: type.slice(0, 100),
    message: "the body has to be a model package.",
    remedy: "`millrace models import model.onnx --schema schema.yaml --name NAME` makes one and sends it.",
  });

const tooLarge = (): HttpProblem =>
  new HttpProblem(413, {
    code: "BODY_TOO_LARGE",
    message: "the package is larger than 1 GiB.",
    remedy: "Make the model smaller.",
  });
