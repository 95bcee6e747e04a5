import type { IncomingMessage, ServerResponse } from "node:http";

export interface Cors {
  headersFor(request: IncomingMessage): [name: string, value: string][];
  /** Tells the browser that the page may read the answer. */
  allow(request: IncomingMessage, response: ServerResponse): void;
}

/** Off unless origins are named: then a browser lets their pages call, with a key and never with what it sends by itself. */
export function openCors(origins: readonly string[]): Cors {
  const headersFor = ({ headers: { origin } }: IncomingMessage): [string, string][] => {
    if (origin === undefined || !origins.includes(origin)) return [];
    return [
      ["access-control-allow-origin", origin],
      ["vary", "origin"],
    ];
  };
  const allow = (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of headersFor(request)) response.setHeader(name, value);
  };
  if (origins.length === 0) return { headersFor: () => [], allow: () => undefined };
  return { headersFor, allow };
}

const allowedHeaders =
  "authorization, content-type, x-api-key, idempotency-key, x-model-version, x-request-key, traceparent";

/** A preflight brings no key; it is answered for everybody and says what the origin may do. */
export function answerPreflight(cors: Cors, request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) return false;
  const allowed = cors.headersFor(request);
  for (const [name, value] of allowed) response.setHeader(name, value);
  if (allowed.length > 0) {
    response.setHeader("access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE");
    response.setHeader("access-control-allow-headers", allowedHeaders);
    response.setHeader("access-control-max-age", "600");
  }
  response.writeHead(204).end();
  return true;
}
