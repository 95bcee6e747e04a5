import type { ServerResponse } from "node:http";
import { ProblemError } from "@millrace/contracts";
import { problemJson } from "@millrace/service";

const jsonType = "application/json; charset=utf-8";

export function sendJson(response: ServerResponse, text: string): void {
  if (response.destroyed) return;
  response.writeHead(200, ["content-type", jsonType, "content-length", String(Buffer.byteLength(text))]);
  response.end(text);
}

/** RFC 9457, as Express's routes answer it. */
export function sendProblem(response: ServerResponse, error: unknown, path: string): number {
  const { status, body } = problemJson(error, path);
  if (response.headersSent || response.destroyed) return status;
  const text = JSON.stringify(body);
  response.setHeader("content-type", "application/problem+json; charset=utf-8");
  response.setHeader("content-length", Buffer.byteLength(text));
  if (status === 503) response.setHeader("retry-after", "1");
  // What is left of a body that was not read to its end can't be told from the next request.
  if (!response.req.complete) response.setHeader("connection", "close");
  response.writeHead(status);
  response.end(text);
  return status;
}

/** A problem says of itself what is wrong; what is none is a mistake of ours, and belongs in the log. */
export const isOurs = (error: unknown): boolean => !(error instanceof ProblemError);
