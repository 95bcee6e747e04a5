import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { problemJson, type HttpProblem } from "../http-problem.js";

export interface Refuser {
  /** With a page for people the refusal is that page. */
  refuse(
    request: IncomingMessage,
    response: ServerResponse,
    problem: HttpProblem,
    headers?: Headers,
    page?: string,
  ): void;
  stop(): void;
}

type Headers = readonly (readonly [name: string, value: string])[];

interface Waiting {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly problem: HttpProblem;
  readonly headers: Headers;
  readonly page?: string;
}

/** The share of the time that telling refusals may take; reading what is refused takes about as much again. */
const SHARE = 0.03;
const AT_ONCE = 300;
const EVERY_MS = 10;
/** More are told when so many wait: whoever gives up and connects again costs five times what a refusal does. */
const LONGEST_WAIT_MS = 800;
/** What telling one costs at first, and between which bounds it is believed to be; in milliseconds. */
const [COST, LEAST_COST, MOST_COST] = [0.01, 0.004, 0.2];
const MOST_WAITING = 20_000;
/** A body shorter than this is read and dropped, so that the connection can be used again. */
const SMALL_BODY = 65_536;

/**
 * Refusals are told at once as long as they are few. When there are so many that telling them would take the time that
 * the others are answered in, they wait their turn, and with them whoever would ask again at once.
 */
export function openRefuser(ticks = () => performance.now()): Refuser {
  const waiting: Waiting[] = [];
  const held = new WeakSet<Socket>();
  let allowance = AT_ONCE;
  let at = ticks();
  let cost = COST;
  let timer: NodeJS.Timeout | undefined;

  function refill(): void {
    const now = ticks();
    const perMs = Math.max(SHARE / cost, waiting.length / LONGEST_WAIT_MS);
    allowance = Math.min(AT_ONCE, allowance + (now - at) * perMs);
    at = now;
  }

  const learnCost = (seen: number) => {
    cost = Math.min(MOST_COST, Math.max(LEAST_COST, 0.9 * cost + 0.1 * seen));
  };

  function tellWaiting(): void {
    refill();
    const count = Math.min(waiting.length, Math.floor(allowance));
    allowance -= count;
    for (const each of waiting.splice(0, count)) {
      held.delete(each.request.socket);
      tell(each);
    }
    if (count > 0) learnCost((ticks() - at) / count);
    if (waiting.length > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  function hold(one: Waiting): void {
    const { socket } = one.request;
    // Whoever sends more before the first is answered, or comes when so many wait already, is cut off.
    if (held.has(socket) || waiting.length >= MOST_WAITING) return void socket.destroy();
    held.add(socket);
    waiting.push(one);
    timer ??= setInterval(tellWaiting, EVERY_MS);
  }

  return {
    refuse(request, response, problem, headers = [], page) {
      const one = { request, response, problem, headers, page };
      if (waiting.length === 0) refill();
      if (waiting.length > 0 || allowance < 1) return hold(one);
      allowance -= 1;
      tell(one);
    },
    stop() {
      clearInterval(timer);
      waiting.splice(0).forEach(tell);
    },
  };
}

const bodies = new WeakMap<HttpProblem, Buffer>();

function bodyOf(problem: HttpProblem): Buffer {
  const known = bodies.get(problem);
  if (known !== undefined) return known;
  const made = Buffer.from(JSON.stringify(problemJson(problem).body));
  bodies.set(problem, made);
  return made;
}

function tell({ request, response, problem, headers, page }: Waiting): void {
  if (response.destroyed || response.writableEnded) return;
  const body = page === undefined ? bodyOf(problem) : Buffer.from(page);
  const type = page === undefined ? "application/problem+json" : "text/html; charset=utf-8";
  const fields = ["content-type", type, "content-length", String(body.length), "x-content-type-options", "nosniff"];
  for (const [name, value] of [...headers, ...ownHeaders(request, problem, page)]) fields.push(name, value);
  if (!hasSmallBody(request)) fields.push("connection", "close");
  response.writeHead(problem.status, fields).end(body);
}

function ownHeaders({ headers }: IncomingMessage, { status }: HttpProblem, page: string | undefined): Headers {
  if (status === 503) return [["retry-after", "1"]];
  if (status !== 401) return [];
  // Only where a person looks at a page that does not ask for the key itself does the browser do so.
  const asks = page === undefined && headers["sec-fetch-mode"] === "navigate" ? "Basic" : "Bearer";
  return [["www-authenticate", `${asks} realm="millrace"`]];
}

function hasSmallBody({ headers, complete }: IncomingMessage): boolean {
  return complete || (headers["transfer-encoding"] === undefined && !(Number(headers["content-length"]) > SMALL_BODY));
}
