import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { problemJson, type HttpProblem } from "../http-problem.js";
import { errorFields, type Log } from "../log.js";
import type { GuardedAccess } from "./access.js";
import type { Admission } from "./admission.js";
import { answerPreflight, type Cors } from "./cors.js";
import { openLine } from "./line.js";
import { rateHeaders, secondsUntilToken } from "./rate.js";
import type { Refuser } from "./refuse.js";
import { overloaded, rateExceeded } from "./refusals.js";
import { scopeOfRoute, type RouteScope } from "./route-scope.js";
import { setSecurityHeaders, wantsPage } from "./security-headers.js";
import { noteRequest } from "./slow-transfers.js";

export interface FrontParts {
  access: GuardedAccess;
  refuser: Refuser;
  /** How long the line may be, and how many may wait for their answer. */
  queueMs: number;
  maxInFlight: number;
  cors: Cors;
  log: Log;
  /** HTTPS. */
  secure: boolean;
  /** The service's own answers on the bare request; true: it is answered. */
  first(request: IncomingMessage, response: ServerResponse): boolean;
  app: RequestListener;
  /** Hears of each request that is refused here. */
  refused?(problem: HttpProblem, request: IncomingMessage): void;
  signIn?(request: IncomingMessage): string | undefined;
}

type Exchange = [request: IncomingMessage, response: ServerResponse, route: RouteScope];

export interface Front {
  readonly listener: RequestListener;
  inFlight(): number;
}

/** What every request passes before any handler sees it: the caller is asked who it is, then it stands in line. */
export function openFront(parts: FrontParts): Front {
  const { access, refuser, cors, log, secure, first, app, refused } = parts;
  const line = openLine<Exchange>({
    begin: handle,
    refuse: (exchange) => refuse(exchange, overloaded),
    isGone: ([, response]) => response.destroyed,
    queueMs: parts.queueMs,
    maxInFlight: parts.maxInFlight,
  });

  function refuse([request, response]: Exchange, problem: HttpProblem): void {
    refused?.(problem, request);
    const bucket = access.bucketOf(request);
    const headers = bucket === undefined ? [] : rateHeaders(bucket);
    if (problem === rateExceeded) headers.push(["retry-after", String(secondsUntilToken(bucket!))]);
    const page = problem.status === 401 && wantsPage(request) ? parts.signIn?.(request) : undefined;
    if (page !== undefined) setSecurityHeaders(response, secure);
    refuser.refuse(request, response, problem, [...headers, ...cors.headersFor(request)], page);
  }

  function enter(exchange: Exchange, admission: Admission): void {
    if ("refused" in admission) return refuse(exchange, admission.refused);
    const [request, response] = exchange;
    const bucket = access.bucketOf(request);
    if (bucket !== undefined) for (const [name, value] of rateHeaders(bucket)) response.setHeader(name, value);
    cors.allow(request, response);
    if (isUrgent(exchange[2])) handle(exchange);
    else line.join(exchange);
  }

  function handle([request, response, { stream, open }]: Exchange): void {
    // What `first` takes is answered as soon as its body is there: counting it would cost more than it is worth.
    if (!open && tryFirst(request, response)) return;
    app(request, response);
    if (!response.writableEnded && !stream && !open) response.once("close", line.wait());
  }

  function tryFirst(request: IncomingMessage, response: ServerResponse): boolean {
    if (wantsPage(request)) setSecurityHeaders(response, secure);
    try {
      return first(request, response);
    } catch (error) {
      answerFailure(error, response);
      return true;
    }
  }

  function answerFailure(error: unknown, response: ServerResponse): void {
    log.error("a request failed", errorFields(error));
    if (response.headersSent) return void response.destroy();
    const { status, body } = problemJson(error);
    response.writeHead(status, { "content-type": "application/problem+json" }).end(JSON.stringify(body));
  }

  function waitFor(exchange: Exchange, admission: Promise<Admission>): void {
    admission.then((each) => enter(exchange, each)).catch((error: unknown) => answerFailure(error, exchange[1]));
  }

  const listener: RequestListener = (request, response) => {
    noteRequest(request);
    if (answerPreflight(cors, request, response)) return;
    const route = scopeOfRoute(request.method!, request.url!);
    const exchange: Exchange = [request, response, route];
    const admission = access.check(request, route);
    if (admission instanceof Promise) return waitFor(exchange, admission);
    enter(exchange, admission);
  };
  return { listener, inFlight: line.inFlight };
}

/** Health, and whoever has to set things right, come through also when others are refused. */
const isUrgent = ({ open, anyOf }: RouteScope): boolean => open || anyOf[0] === "admin";
