import type { IncomingMessage } from "node:http";
import type { HttpProblem } from "@millrace/service";
import { PATIENCE, readBody, tooLarge } from "./read-body.js";

/** What node's HTTP parser gives a request: the chunks of its body, and null behind the last one. */
interface Fed {
  push(chunk: Buffer | null): boolean;
  /** Node empties a request that nobody has read; here nothing is left in it. */
  _consumed: boolean;
}

const nothing = Buffer.alloc(0);

/**
 * readBody without the stream: chunks are taken where node's parser hands them to the request. A stream around a body of
 * one chunk costs a sixth of all that a small request costs. Not for requests that anybody else reads, too.
 */
export function takeBody(
  request: IncomingMessage,
  limit: number,
  done: (problem: HttpProblem | undefined, body: Buffer) => void,
): void {
  // Who had to wait for admission may have been sent something already: that is in the stream.
  if (request.complete || request.readableLength > 0) return readBody(request, limit, done);
  let first: Buffer = nothing;
  let others: Buffer[] | undefined;
  let size = 0;
  const fed = request as unknown as Fed;
  fed._consumed = true;
  fed.push = (chunk) => {
    if (size > limit + PATIENCE) return true;
    if (chunk === null)
      done(size > limit ? tooLarge(limit) : undefined, others === undefined ? first : Buffer.concat(others));
    else add(chunk);
    return true;
  };
  function add(chunk: Buffer): void {
    size += chunk.length;
    if (size > limit) others = undefined;
    else if (first === nothing) first = chunk;
    else (others ??= [first]).push(chunk);
    if (size > limit + PATIENCE) done(tooLarge(limit), nothing);
  }
}
