import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { callerOf, HttpProblem } from "@millrace/service";
import type { ModelChoice } from "./choose-model.js";

export interface Asked extends ModelChoice {
  readonly explain?: boolean;
  readonly probabilities?: boolean;
  readonly caller?: string;
  readonly trace?: string;
  /** Where the row stands in what the caller sent, as a JSON pointer; pointers of problems begin with it. */
  readonly at?: string;
}

const MOST_KEY = 256;
const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** What the headers and the query of a request say about the prediction that is wanted. */
export function askedBy(request: IncomingMessage, model: string | undefined, query: string): Asked {
  const { headers } = request;
  const { name: caller, models } = callerOf(request);
  return {
    model,
    pin: pinOf(headers),
    key: keyOf(headers),
    explain: query !== "" && flag(query, "explain"),
    probabilities: query !== "" && flag(query, "probabilities"),
    caller,
    models,
    trace: traceOf(headers),
  };
}

function pinOf({ "x-model-version": version }: IncomingHttpHeaders): number | undefined {
  if (version === undefined) return undefined;
  if (typeof version === "string" && /^[1-9]\d{0,8}$/.test(version)) return Number(version);
  throw new HttpProblem(400, {
    code: "HEADER_INVALID",
    where: "x-model-version",
    message: "it names the version of the model as a number from 1 on.",
  });
}

function keyOf({ "x-request-key": key }: IncomingHttpHeaders): string | undefined {
  if (key === undefined || (typeof key === "string" && key.length <= MOST_KEY)) return key as string | undefined;
  throw new HttpProblem(400, {
    code: "HEADER_INVALID",
    where: "x-request-key",
    message: `it has at most ${MOST_KEY} characters.`,
  });
}

/** The trace's id; a header of another form counts as none, as W3C says. */
export const traceOf = (headers: IncomingHttpHeaders): string | undefined =>
  typeof headers.traceparent === "string" ? traceparent.exec(headers.traceparent)?.[1] : undefined;

function flag(query: string, name: string): boolean {
  const value = new URLSearchParams(query).get(name);
  if (value === null || value === "false" || value === "0") return false;
  if (value === "" || value === "true" || value === "1") return true;
  throw new HttpProblem(400, { code: "QUERY_INVALID", where: `?${name}`, message: "it is either true or false." });
}
