import type { Problem } from "@millrace/contracts";
import type { Message } from "amqplib";

// Ours, because brokers count differently: what a message says about its own history. Times are milliseconds since 1970.
const ATTEMPTS = "x-millrace-attempts";
const OUTAGES = "x-millrace-outages";
const FIRST_SEEN = "x-millrace-first-seen";
const ENQUEUED_AT = "x-millrace-enqueued-at";
const PROBLEM = "x-millrace-problem";
const STACK = "x-millrace-stack";
const DEAD_AT = "x-millrace-dead-at";
const LETTER = "x-millrace-letter";

// All headers must fit into one frame of 128 kB, and a stack trace of more is no help.
const LONGEST_TEXT = 16_000;

export interface History {
  /** Attempts that were made and counted. */
  attempts: number;
  /** Waits for a dependency that was down; they are not attempts. */
  outages: number;
  firstSeen: Date | undefined;
  enqueuedAt: Date | undefined;
}

export interface Death {
  key: string;
  problem: Problem;
  stack: string | undefined;
  deadAt: Date;
}

type Headers = Record<string, unknown>;

const headersOf = (message: Pick<Message, "properties">): Headers => message.properties.headers ?? {};

export function historyOf(message: Pick<Message, "properties">): History {
  const headers = headersOf(message);
  return {
    attempts: count(headers[ATTEMPTS]),
    outages: count(headers[OUTAGES]),
    firstSeen: date(headers[FIRST_SEEN]),
    enqueuedAt: date(headers[ENQUEUED_AT]),
  };
}

export const withHistory = ({ attempts, outages, firstSeen, enqueuedAt }: History): Headers => ({
  [ATTEMPTS]: attempts,
  ...(outages > 0 && { [OUTAGES]: outages }),
  ...(firstSeen && { [FIRST_SEEN]: firstSeen.getTime() }),
  ...(enqueuedAt && { [ENQUEUED_AT]: enqueuedAt.getTime() }),
});

export const enqueuedNow = (now: Date): Headers => ({ [ENQUEUED_AT]: now.getTime() });

export const withDeath = ({ key, problem, stack, deadAt }: Death): Headers => ({
  [LETTER]: key,
  [PROBLEM]: JSON.stringify({ ...problem, message: cut(problem.message) }),
  ...(stack !== undefined && { [STACK]: cut(stack) }),
  [DEAD_AT]: deadAt.getTime(),
});

/** Why and when the bus dead-lettered it; undefined when the broker did. */
export function deathOf(message: Pick<Message, "properties">): Death | undefined {
  const headers = headersOf(message);
  if (typeof headers[LETTER] !== "string" || typeof headers[PROBLEM] !== "string") return undefined;
  return {
    key: headers[LETTER],
    problem: JSON.parse(headers[PROBLEM]) as Problem,
    stack: headers[STACK] as string | undefined,
    deadAt: date(headers[DEAD_AT]) ?? new Date(0),
  };
}

/** When and why the broker itself dead-lettered it. */
export function brokerDeathOf(message: Pick<Message, "properties">): { reason: string; deadAt: Date | undefined } {
  const [death] = message.properties.headers?.["x-death"] ?? [];
  return { reason: death?.reason ?? "unknown", deadAt: death?.time && new Date(death.time.value * 1_000) };
}

/** How often a quorum queue has delivered it before without getting it settled. Other queues don't say: 0. */
export const earlierDeliveriesOf = (message: Pick<Message, "properties">): number =>
  count(headersOf(message)["x-delivery-count"]);

const count = (value: unknown): number => (typeof value === "number" && value > 0 ? Math.floor(value) : 0);

const date = (value: unknown): Date | undefined =>
  typeof value === "number" && Number.isFinite(value) ? new Date(value) : undefined;

const cut = (text: string): string => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text);
