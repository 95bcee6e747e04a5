import type { ErrorRequestHandler, RequestHandler } from "express";
import { ProblemError, problemOf, Retry, type Problem } from "@millrace/contracts";
import { errorFields, type Log } from "./log.js";

/** A problem that has its own HTTP status; any other problem is the caller's mistake (400). */
export class HttpProblem extends ProblemError {
  override readonly name = "HttpProblem";
  readonly status: number;

  constructor(status: number, problem: Problem) {
    super(problem);
    this.status = status;
  }
}

export const notFound = (problem: Problem): HttpProblem => new HttpProblem(404, problem);

function statusOf(error: unknown): number {
  if (error instanceof HttpProblem) return error.status;
  if (error instanceof Retry) return 503;
  if (error instanceof ProblemError) return 400;
  const status = (error as { status?: unknown }).status;
  return typeof status === "number" && status >= 400 && status < 500 ? status : 500;
}

/** What express's own body reader and router complain of, as problems. */
const codes: Record<number, Problem> = {
  400: {
    code: "REQUEST_MALFORMED",
    message: "the body is not JSON.",
    remedy: "Send one JSON object with content-type application/json.",
  },
  404: { code: "ROUTE_UNKNOWN", message: "there is nothing here." },
  413: { code: "BODY_TOO_LARGE", message: "the body is too large.", remedy: "Send at most 1 MB." },
  415: {
    code: "MEDIA_TYPE_UNSUPPORTED",
    message: "the body is of a kind that is not read here.",
    remedy: "Send JSON.",
  },
};

/** RFC 9457 problem JSON. What went wrong inside is logged, not told. */
export function problemJson(error: unknown, instance?: string): { status: number; body: Record<string, unknown> } {
  const status = statusOf(error);
  const internal: Problem = { code: "INTERNAL", message: "this went wrong on our side; the log tells why." };
  const problem =
    error instanceof ProblemError ? problemOf(error) : status === 500 ? internal : (codes[status] ?? internal);
  const { message, code, ...rest } = problem;
  const place = instance === undefined ? {} : { instance };
  return { status, body: { type: "about:blank", title: code, status, detail: message, code, ...place, ...rest } };
}

export const unknownRoute: RequestHandler = (request, _response, next) =>
  next(notFound({ ...codes[404]!, where: `${request.method} ${request.path}` }));

export const answerProblems =
  (log: Log): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    const { status, body } = problemJson(error, request.path);
    if (status === 500) log.error("a request failed", { path: request.path, status, ...errorFields(error) });
    if (response.headersSent) return next(error);
    if (status === 503) response.set("retry-after", "1");
    response.status(status).type("application/problem+json").send(JSON.stringify(body));
  };
