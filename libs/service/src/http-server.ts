import http, { type RequestListener, type Server, type ServerOptions } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import express, { type Express, type RequestHandler, type Response } from "express";
import { ProblemError } from "@millrace/contracts";
import { serveDirectly } from "./http-server-direct.js";
import type { Metrics } from "./metrics.js";

/** Express without the headers that nobody asked for. */
export function createApp(): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  quickenJson(app);
  return app;
}

const BODILESS = new Set([204, 205, 304]);

/** Express looks up what kind JSON is and makes bytes of it, which takes longer than the routing: here it goes out as it is. */
function quickenJson({ response }: Express): void {
  const slow = response.json;
  response.json = function (this: Response, value: unknown) {
    const isUsual = !BODILESS.has(this.statusCode) && !this.hasHeader("content-type");
    const text = isUsual ? (JSON.stringify(value) as string | undefined) : undefined;
    if (text === undefined) return slow.call(this, value);
    this.setHeader("Content-Type", "application/json; charset=utf-8");
    this.setHeader("Content-Length", Buffer.byteLength(text));
    return this.end(text);
  };
}

export interface ServerParts {
  /** What gets the requests in place of the app itself, and hands on to it what it does not answer. */
  listener?: RequestListener;
  options?: ServerOptions;
  /** A certificate with its key: HTTPS. */
  tls?: https.ServerOptions;
  /** Whether the listener answers a POST to this URL from its head and body alone: it is spared node's own objects then. */
  direct?(url: string): boolean;
}

/**
 * Express sets the prototype of every request and response, which halves node's speed. Made by classes whose prototypes are
 * the app's from the start, they are what Express wants already, and setting them again costs nothing. They extend node's
 * own by `class`: by a function that calls node's constructor each object is laid out anew, which costs a third of the speed.
 */
export function serverFor(app: Express, { listener = app, options = {}, tls, direct }: ServerParts = {}): Server {
  // eslint-disable-next-line no-restricted-syntax -- node makes its own by constructors
  class Request extends http.IncomingMessage {}
  // eslint-disable-next-line no-restricted-syntax -- as above
  class Response extends http.ServerResponse {}
  Object.setPrototypeOf(Request.prototype, app.request);
  Object.setPrototypeOf(Response.prototype, app.response);
  Object.assign(app, { request: Request.prototype, response: Response.prototype });
  const constructors = { IncomingMessage: Request, ServerResponse: Response } as unknown as ServerOptions;
  if (tls === undefined) {
    const server = http.createServer({ ...options, ...constructors }, listener);
    if (direct !== undefined) serveDirectly(server, { takes: direct, listener });
    return server;
  }
  return https.createServer({ ...options, ...tls, ...constructors } as https.ServerOptions, listener);
}

/** How many may stand at the door: of more, each is asked to knock again in a second. */
const BACKLOG = 4096;

export async function listen(server: Server, port: number, host: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(portProblem(error, port, host)));
    server.listen({ port, host, backlog: BACKLOG }, resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return `http${server instanceof https.Server ? "s" : ""}://${host.includes(":") ? `[${host.replace(/[[\]]/g, "")}]` : host}:${actual}`;
}

function portProblem(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code !== "EADDRINUSE") return error;
  return new ProblemError(
    {
      code: "PORT_IN_USE",
      where: `${host}:${port}`,
      message: "something else listens there.",
      remedy:
        "Stop it, or name another port, as docs/reference/configuration.md tells (GATEWAY_PORT, INFERENCE_PORT, …).",
    },
    { cause: error },
  );
}

/** Stops taking requests and lets those in hand finish. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const forced = setTimeout(() => server.closeAllConnections(), 5_000);
  await closed;
  clearTimeout(forced);
}

/** Which figures belong to a route is looked up once: prom-client takes longer for it than the routing. */
export function observeRequests(service: string, metrics: Metrics): RequestHandler {
  const known = new Map<string, { observe(seconds: number): void }>();
  function figureOf(route: string, method: string, status: string) {
    const key = `${method} ${status} ${route}`;
    const found = known.get(key) ?? metrics.httpSeconds.labels({ service, route, method, status });
    known.set(key, found);
    return found;
  }
  return (request, response, next) => {
    const began = performance.now();
    response.once("finish", () => {
      const route = (request.route as { path?: string } | undefined)?.path ?? "none";
      figureOf(String(route), request.method, String(response.statusCode)).observe((performance.now() - began) / 1000);
    });
    next();
  };
}
