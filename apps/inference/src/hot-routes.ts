import type { IncomingMessage, ServerResponse } from "node:http";
import { errorFields, type Log } from "@millrace/service";
import type { Answerer } from "./answer.js";
import type { Asked } from "./asked.js";
import { askedBy } from "./asked.js";
import type { PredictRequests } from "./predict-requests.js";
import { askerOf } from "./refused-requests.js";
import { plainRows } from "./plain-features.js";
import { isJson, notJson, parseJson, readBody } from "./read-body.js";
import { isOurs, sendJson, sendProblem } from "./respond.js";

export interface HotRoutesParts {
  answerer: Answerer;
  requests: PredictRequests;
  bodyBytes: number;
  /** How many rows a request may ask for. */
  rows: number;
  log: Log;
}

export type First = (request: IncomingMessage, response: ServerResponse) => boolean;

/** POST /predict and POST /models/{model}/predict, answered on the bare server: the way through Express costs more than they do. */
export function openHotRoutes(parts: HotRoutesParts): First {
  return (request, response) => {
    const route = request.method === "POST" ? routeOf(request.url!) : undefined;
    // A compressed body takes Express's way, which knows how to read it.
    if (route === undefined || isEncoded(request)) return false;
    const asked = readAsked(parts, request, response, route);
    if (asked !== undefined) answer(parts, request, response, asked);
    return true;
  };
}

interface Route {
  readonly model: string | undefined;
  readonly query: string;
}

const defaultRoute: Route = { model: undefined, query: "" };
const named = /^\/models\/([^/?]+)\/predict$/;

function routeOf(url: string): Route | undefined {
  if (url === "/predict") return defaultRoute;
  const mark = url.indexOf("?");
  const [path, query] = mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
  if (path === "/predict") return { model: undefined, query };
  const name = named.exec(path)?.[1];
  return name === undefined ? undefined : decodedRoute(name, query);
}

/** What can't be decoded is left to Express, which says so. */
function decodedRoute(name: string, query: string): Route | undefined {
  try {
    return { model: name.includes("%") ? decodeURIComponent(name) : name, query };
  } catch {
    return undefined;
  }
}

/** What is taken in any case; a name with % may be one that can't be decoded. */
export const isHotRoute = (url: string): boolean =>
  url === "/predict" || (!url.includes("%") && routeOf(url) !== undefined);

const isEncoded = ({ headers }: IncomingMessage): boolean =>
  headers["content-encoding"] !== undefined && headers["content-encoding"] !== "identity";

function readAsked(parts: HotRoutesParts, request: IncomingMessage, response: ServerResponse, route: Route) {
  try {
    const asked = askedBy(request, route.model, route.query);
    if (isJson(request.headers["content-type"])) return asked;
    throw notJson();
  } catch (error) {
    parts.answerer.refused({ model: route.model, ...askerOf(request) }, error);
    refuse(parts, request, response, error);
    return undefined;
  }
}

function answer(parts: HotRoutesParts, request: IncomingMessage, response: ServerResponse, asked: Asked): void {
  readBody(request, parts.bodyBytes, (problem, body) => {
    try {
      if (problem !== undefined) parts.answerer.refused(asked, problem);
      if (problem !== undefined) throw problem;
      const text = parts.requests(asked, () => plainRows(body, parts.rows) ?? parseJson(body));
      if (typeof text === "string") return sendJson(response, text);
      text.then((each) => sendJson(response, each)).catch((error: unknown) => refuse(parts, request, response, error));
    } catch (error) {
      refuse(parts, request, response, error);
    }
  });
}

function refuse({ log }: HotRoutesParts, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const path = pathOf(request.url!);
  const status = sendProblem(response, error, path);
  if (isOurs(error)) log.error("a request failed", { path, status, ...errorFields(error) });
}

const pathOf = (url: string): string => (url.includes("?") ? url.slice(0, url.indexOf("?")) : url);
