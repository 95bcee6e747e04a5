import express, { type RequestHandler } from "express";
import type { IncomingMessage } from "node:http";
import { HttpProblem } from "../http-problem.js";

const DEEPEST = 64;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];

// A new one each time: express's reader hangs the body on what is thrown.
const tooDeep = (): HttpProblem =>
  new HttpProblem(400, {
    code: "JSON_TOO_DEEP",
    message: `the body nests deeper than ${DEEPEST} levels.`,
    remedy: "Send it flatter.",
  });

/** Refuses JSON whose nesting would exhaust the stack of whatever walks it; a text of a megabyte takes about a millisecond. */
export function refuseDeepJson(bytes: Uint8Array): void {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index]!;
    if (quoted) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    // 0x5b [ and 0x7b { differ from 0x5d ] and 0x7d } in two bits; | 0x20 makes one of both.
    else if ((byte | 0x20) === 0x7b && (depth += 1) > DEEPEST) throw tooDeep();
    else if ((byte | 0x20) === 0x7d) depth -= 1;
  }
}

/** Reads JSON bodies, of at most a megabyte. */
export const readJson = (): RequestHandler =>
  express.json({
    limit: "1mb",
    type: ["application/json", "application/*+json"],
    verify: (_request, _response, bytes) => refuseDeepJson(bytes),
  });

const wrongType = (given: string | undefined): HttpProblem =>
  new HttpProblem(415, {
    code: "MEDIA_TYPE_UNSUPPORTED",
    message: `the body is ${given === undefined ? "of no kind that is named" : "of a kind that is not read here"}.`,
    remedy: "Send JSON, with content-type application/json.",
  });

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0;

/**
 * A route that looks at `request.body` waits for JSON: a body of another kind is refused there and then. A route that
 * reads the stream itself, or through another reader of express, never meets this.
 */
export const expectJson: RequestHandler = (request, _response, next) => {
  if (request.body !== undefined || !hasBody(request)) return next();
  Object.defineProperty(request, "body", {
    configurable: true,
    enumerable: true,
    get() {
      throw wrongType(request.headers["content-type"]);
    },
    set(value: unknown) {
      Object.defineProperty(request, "body", { value, writable: true, configurable: true, enumerable: true });
    },
  });
  next();
};
