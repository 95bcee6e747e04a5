import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { HttpProblem, wholeBodyOf } from "@millrace/service";

/** So much of a body that is too large anyway is read before the answer, which the caller could miss otherwise. */
const PATIENCE = 8_000_000;
const DEEPEST = 8;

/** Calls back once, with the whole body or with what is wrong; never where the caller went away before. */
export function readBody(
  request: IncomingMessage,
  limit: number,
  done: (problem: HttpProblem | undefined, body: Buffer) => void,
): void {
  const whole = wholeBodyOf(request);
  if (whole !== undefined) return done(whole.length > limit ? tooLarge(limit) : undefined, whole);
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > limit + PATIENCE) return done(tooLarge(limit), nothing);
  let first: Buffer = nothing;
  let chunks: Buffer[] | undefined;
  let size = 0;
  const isOver = () => size > limit + PATIENCE;
  request.on("data", (chunk: Buffer) => {
    if (isOver()) return;
    size += chunk.length;
    if (size > limit) chunks = undefined;
    else if (first === nothing) first = chunk;
    else (chunks ??= [first]).push(chunk);
    if (isOver()) done(tooLarge(limit), nothing);
  });
  request.on("end", () => {
    if (isOver()) return;
    done(size > limit ? tooLarge(limit) : undefined, chunks === undefined ? first : Buffer.concat(chunks, size));
  });
}

const nothing = Buffer.alloc(0);

/** Reads what is left of a body that is refused, as far as patience goes: the caller listens when it has sent everything. */
export function readOut(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      if ((size += chunk.length) > PATIENCE) resolve();
    });
    for (const event of ["end", "close", "error"]) request.once(event, () => resolve());
    if (request.readableEnded || request.destroyed) resolve();
    else request.resume();
  });
}

const tooLarge = (limit: number): HttpProblem =>
  new HttpProblem(413, {
    code: "BODY_TOO_LARGE",
    message: "the body is too large.",
    remedy: `Send at most ${limit / 1e6} MB, or rows as a stream to POST /models/{model}/predict/batch.`,
  });

/** The value that a body stands for. */
export function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw malformed("the body is not valid UTF-8.");
  refuseDeep(body);
  try {
    return JSON.parse(body.toString());
  } catch {
    throw malformed("the body is not JSON.");
  }
}

/** What is nested deeper than any request can be costs memory out of proportion, so it is not even parsed. */
function refuseDeep(body: Buffer): void {
  if (body.length < 4096) return;
  let depth = 0;
  let inText = false;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === 0x22) inText = !inText;
    else if (inText) at += byte === 0x5c ? 1 : 0;
    else if (byte === 0x5b || byte === 0x7b) depth++;
    else if (byte === 0x5d || byte === 0x7d) depth--;
    if (depth > DEEPEST) throw malformed(`the body is nested more than ${DEEPEST} deep.`);
  }
}

export const malformed = (message: string): HttpProblem =>
  new HttpProblem(400, {
    code: "REQUEST_MALFORMED",
    message,
    remedy: "Send one JSON object in UTF-8 with content-type application/json.",
  });

const json = /^application\/(json|[\w.-]+\+json)\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

export const isJson = (contentType: string | undefined): boolean =>
  contentType === "application/json" || (contentType !== undefined && json.test(contentType));

export const notJson = (): HttpProblem =>
  new HttpProblem(415, {
    code: "MEDIA_TYPE_UNSUPPORTED",
    message: "the body is of a kind that is not read here.",
    remedy: "Send JSON in UTF-8, with content-type application/json.",
  });
