import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { ErrorRequestHandler } from "express";
import { sentenceOf } from "@millrace/contracts";
import { bucketOf, callerOf, HttpProblem, takeToken, type Clock } from "@millrace/service";
import type { Answerer } from "./answer.js";
import { traceOf } from "./asked.js";
import { modelMeant } from "./choose-model.js";
import type { PredictionLog } from "./prediction-log/prediction-log.js";
import type { Serving } from "./serving.js";

const plain = /^\/predict\/?(?:\?|$)/i;
const named = /^\/(?:v2\/)?models\/([^/?]+)(?:\/versions\/[^/?]+)?\/(predict(?:\/batch)?|form|infer)\/?(?:\?|$)/i;

/** Which model a request wants a prediction of; undefined: it wants none. */
export function predictionWanted({ method, url = "" }: Wanted): { readonly model?: string } | undefined {
  if (method === "OPTIONS") return undefined;
  if (plain.test(url)) return {};
  const [, name, what] = named.exec(url) ?? [];
  const isAsked = name !== undefined && (method === "POST" || what!.startsWith("predict"));
  return isAsked ? { model: nameOf(name) } : undefined;
}

type Wanted = Pick<IncomingMessage, "method" | "url">;

function nameOf(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The name of a model as it stands in a path. */
export function modelInPath(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpProblem(400, {
      code: "PATH_MALFORMED",
      message: "the name of the model in the path can't be decoded.",
      remedy: "Write what is no letter or digit as % and two hexadecimal digits, in UTF-8.",
    });
  }
}

/** Refusals of Express, of its readers and of the routes that it found: those that the answerer never heard of are told to it. */
export const tellRefusals =
  (answerer: Answerer): ErrorRequestHandler =>
  (error: unknown, request, _response, next) => {
    const wanted = predictionWanted({ method: request.method, url: request.originalUrl });
    if (wanted !== undefined) answerer.refused({ ...wanted, ...askerOf(request) }, error);
    next(error);
  };

export const askerOf = (request: IncomingMessage) => ({
  caller: callerOf(request).name,
  trace: traceOf(request.headers),
});

export interface DoorParts {
  readonly serving: Pick<Serving, "models">;
  readonly defaultModel?: string;
  /** Unset: nothing is logged. */
  readonly log?: PredictionLog;
  readonly clock: Clock;
  /** How many a second are logged: a flood of calls that nobody let in must not drive the others out of the log. */
  readonly perSecond: number;
  readonly ticks?: () => number;
}

/** Logs who was turned away before anything was read: no key, too many calls, too much to do. */
export function openDoor({ serving, defaultModel, log, clock, perSecond, ticks = () => performance.now() }: DoorParts) {
  const allowance = bucketOf({ perSecond }, ticks());
  return (request: IncomingMessage, { status, problem }: HttpProblem): void => {
    const wanted = log === undefined ? undefined : predictionWanted(request);
    if (log === undefined || wanted === undefined) return;
    if (!takeToken(allowance, ticks())) return log.drop("turned_away");
    const { name, kind } = callerOf(request);
    log.write({
      ...{ id: randomUUID(), at: clock(), model: modelMeant(serving, wanted.model ?? defaultModel) ?? "", status },
      ...{ milliseconds: 0, problem: `${problem.code}: ${sentenceOf(problem)}`, trace: traceOf(request.headers) },
      // Whoever brought no key has no name.
      caller: kind === "open" ? undefined : name,
    });
  };
}
