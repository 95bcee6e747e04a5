import type { Express, Request } from "express";
import { callerOf, HttpProblem } from "@millrace/service";
import { requireServing } from "./choose-model.js";
import { openFeedback, type FeedbackParts } from "./feedback.js";
import { predictionsRoutes, type PredictionsRoutesParts } from "./prediction-log/predictions-routes.js";
import { parseJson, readBody } from "./read-body.js";
import type { Serving } from "./serving.js";

export interface FeedbackRoutesParts extends FeedbackParts {
  serving: Serving;
}

const NDJSON_BYTES = 8_000_000;
const ndjson = ["application/x-ndjson", "application/ndjson", "application/jsonl"];

/** Labels in, and the log out. */
export function logRoutes(app: Express, parts: FeedbackRoutesParts & PredictionsRoutesParts): void {
  feedbackRoutes(app, parts);
  predictionsRoutes(app, parts);
}

/** POST /models/{model}/feedback: one label, an array of them, or NDJSON. */
export function feedbackRoutes(app: Express, parts: FeedbackRoutesParts): void {
  const take = openFeedback(parts);
  app.post("/models/:model/feedback", async (request, response) => {
    const { model } = request.params;
    requireServing(parts.serving, model);
    const body = request.is(ndjson) === false ? (request.body as unknown) : await readLines(request);
    response.status(202).json(await take(model, body, callerOf(request).name));
  });
}

async function readLines(request: Request): Promise<unknown[]> {
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    readBody(request, NDJSON_BYTES, (problem, body) => (problem === undefined ? resolve(body) : reject(problem)));
  });
  const lines = bytes.toString().split("\n");
  return lines.flatMap((line, place) => (line.trim() === "" ? [] : [parseLine(line, place + 1)]));
}

function parseLine(line: string, number: number): unknown {
  try {
    return parseJson(Buffer.from(line));
  } catch {
    throw new HttpProblem(400, {
      code: "LINE_MALFORMED",
      where: `line ${number}`,
      message: "this is not JSON.",
      remedy: 'Send one {"prediction_id": "…", "label": "…"} a line.',
    });
  }
}
