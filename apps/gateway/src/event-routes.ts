import type { Express, Request } from "express";
import { arrivalRequest, parseCloudEvent, type AcceptedRun, type CloudEvent } from "@millrace/contracts";
import { childTrace, HttpProblem, listPipelines, type Clock } from "@millrace/service";
import { arrivalEvent, type Arrival, type ArrivalMeans } from "./arrivals/arrival.js";
import { beginRun, checkEvent, pipelineNamed, type BeginParts } from "./begin-run.js";
import { beginRequest, readRequest } from "./request.js";

/** What begins runs: events, and the pipelines that they are for. */
export function eventRoutes(app: Express, parts: BeginParts & ArrivalMeans): void {
  const { pipelinesDir } = parts;

  async function arrive(arrival: Arrival, request: Request): Promise<AcceptedRun> {
    const file = await pipelineNamed(pipelinesDir, arrival.pipeline);
    const traced = { ...arrival, traceparent: traceOf(request) };
    return beginRun(await arrivalEvent(traced, file, parts), parts, {
      ...{ idempotencyKey: keyOf(request), rules: file.spec.arrivals },
    });
  }

  async function receive(request: Request): Promise<AcceptedRun> {
    if (!isObject(request.body)) throw noBody();
    if (!isCloudEvent(request)) return arrive(readRequest(arrivalRequest, request.body), request);
    const event = parseCloudEvent(request.body);
    await checkEvent(event, pipelinesDir);
    return beginRun(completed(event, request, parts.clock), parts, { idempotencyKey: keyOf(request) });
  }

  app.post("/events", async (request, response) => {
    response.status(202).json(await receive(request));
  });
  app.post("/pipelines/:name/runs", async (request, response) => {
    const wish = readRequest(beginRequest, request.body);
    response.status(202).json(await arrive({ ...wish, pipeline: request.params.name, again: true }, request));
  });
  app.get("/pipelines", async (_request, response) => {
    const { pipelines, problems } = await listPipelines(pipelinesDir);
    const lines = pipelines.map(({ spec, folder }) => ({
      ...{ name: spec.name, folder, source: spec.source, triggers: spec.triggers, target: spec.target },
    }));
    response.json({ pipelines: lines, problems });
  });
  app.get("/pipelines/:name", async (request, response) => {
    const { spec, folder } = await pipelineNamed(pipelinesDir, request.params.name);
    response.json({ name: spec.name, folder, spec });
  });
}

const isObject = (body: unknown): body is object => typeof body === "object" && body !== null && !Array.isArray(body);

const isCloudEvent = (request: Request): boolean =>
  request.is("application/cloudevents+json") !== false || "specversion" in (request.body as object);

const keyOf = (request: Request): string | undefined => request.get("idempotency-key") || undefined;
const traceOf = (request: Request): string => childTrace(request.get("traceparent")).traceparent;

const completed = (event: CloudEvent, request: Request, clock: Clock): CloudEvent => ({
  ...event,
  time: event.time ?? clock().toISOString(),
  traceparent: event.traceparent ?? traceOf(request),
});

const noBody = (): HttpProblem =>
  new HttpProblem(415, {
    code: "EVENT_EXPECTED",
    message: "the body is no JSON object.",
    remedy: 'Send a CloudEvent as application/cloudevents+json, or {"pipeline": "<name>"} as application/json.',
  });
