import { ProblemError, Retry } from "@millrace/contracts";
import type { ConfirmChannel, Message as ReturnedMessage, Options } from "amqplib";
import { randomUUID } from "node:crypto";

/** How many messages may wait for their confirm: awaiting each one costs a round trip, a window of them costs one for all. */
export const CONFIRM_WINDOW = 1_000;

export interface Outgoing {
  exchange: string;
  routingKey: string;
  body: Buffer;
  options: Options.Publish;
}

/** Publishes with confirms. What was under way when a connection died goes out again on the next one. */
export interface Publisher {
  send(message: Outgoing): Promise<void>;
  attach(channel: ConfirmChannel): void;
  detach(): void;
  /** Resolves when nothing is waiting or unconfirmed. */
  idle(): Promise<void>;
  close(): void;
}

interface Pending {
  readonly id: number;
  readonly message: Outgoing;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly deadline: number;
  returned: boolean;
  settled: boolean;
}

export interface PublisherOptions {
  confirmTimeoutMs: number;
  /** Why there is no connection, for the message of the error. */
  linkDetail(): string | undefined;
}

export function openPublisher({ confirmTimeoutMs, linkDetail }: PublisherOptions): Publisher {
  const origin = `${randomUUID().slice(0, 8)}.`;
  const inFlight = new Map<number, Pending>();
  let waiting = new Set<Pending>();
  let idlers: (() => void)[] = [];
  let channel: ConfirmChannel | undefined;
  let congested = false;
  let closed = false;
  let sent = 0;
  let watch: NodeJS.Timeout | undefined;
  return { send, attach, detach, idle, close };

  function send(message: Outgoing): Promise<void> {
    if (closed) return Promise.reject(refused(message, "the bus is closed"));
    watch ??= setInterval(giveUpLate, watchMs(confirmTimeoutMs));
    return new Promise((resolve, reject) => {
      const deadline = performance.now() + confirmTimeoutMs;
      const pending = { id: ++sent, message, resolve, reject, deadline, returned: false, settled: false };
      if (channel && mayDispatch() && waiting.size === 0) dispatch(channel, pending);
      else waiting.add(pending);
    });
  }

  function attach(opened: ConfirmChannel): void {
    channel = opened;
    congested = false;
    opened.on("return", ({ properties }: ReturnedMessage) => {
      const pending = inFlight.get(numberOf(properties.correlationId));
      if (pending) pending.returned = true;
    });
    opened.on("drain", () => {
      congested = false;
      pump();
    });
    pump();
  }

  // The broker of a process may tell every channel of every return: only those with our origin are ours.
  function numberOf(correlationId: unknown): number {
    const id = String(correlationId);
    return id.startsWith(origin) ? Number(id.slice(origin.length)) : 0;
  }

  function detach(): void {
    channel = undefined;
    const again = [...inFlight.values()].filter(({ settled }) => !settled);
    inFlight.clear();
    waiting = new Set([...again, ...waiting]);
    tellIdlers();
  }

  function mayDispatch(): boolean {
    return !congested && inFlight.size < CONFIRM_WINDOW;
  }

  function pump(): void {
    if (waiting.size === 0) return;
    for (const pending of waiting) {
      if (!channel || !mayDispatch()) return;
      waiting.delete(pending);
      dispatch(channel, pending);
    }
  }

  function dispatch(on: ConfirmChannel, pending: Pending): void {
    const { exchange, routingKey, body, options } = pending.message;
    options.correlationId = origin + pending.id;
    inFlight.set(pending.id, pending);
    pending.returned = false;
    try {
      congested = !on.publish(exchange, routingKey, body, options, (error) => confirmed(pending, error));
    } catch (error) {
      undelivered(pending, error as Error);
    }
  }

  // A closed channel throws before its "close" arrives: then the message waits for the next one.
  function undelivered(pending: Pending, error: Error): void {
    inFlight.delete(pending.id);
    if (!isClosed(error)) return settle(pending, refused(pending.message, error.message));
    channel = undefined;
    waiting = new Set([pending, ...waiting]);
  }

  function confirmed(pending: Pending, error: unknown): void {
    if (inFlight.get(pending.id) !== pending) return;
    if (error && isClosed(error as Error)) return;
    inFlight.delete(pending.id);
    if (error) settle(pending, refused(pending.message, "the broker refused it"));
    else settle(pending, pending.returned ? unroutable(pending.message) : undefined);
    pump();
  }

  // One timer for all: a timer a message costs more than the message.
  function giveUpLate(): void {
    const now = performance.now();
    for (const pending of inFlight.values()) if (pending.deadline <= now) giveUp(pending);
    for (const pending of waiting) if (pending.deadline <= now) giveUp(pending);
    if (waiting.size + inFlight.size === 0) stopWatch();
  }

  function stopWatch(): void {
    clearInterval(watch);
    watch = undefined;
  }

  // A message that was sent keeps its place in the window until the broker answers or the channel ends.
  function giveUp(pending: Pending): void {
    waiting.delete(pending);
    const why = channel ? "no confirm" : `no connection to the broker (${linkDetail() ?? "connecting"})`;
    settle(pending, timedOut(pending.message, `${why} within ${confirmTimeoutMs} ms`));
  }

  function settle(pending: Pending, error?: Error): void {
    if (!pending.settled) {
      pending.settled = true;
      if (error) pending.reject(error);
      else pending.resolve();
    }
    if (idlers.length > 0) tellIdlers();
  }

  function tellIdlers(): void {
    if (waiting.size + inFlight.size > 0) return;
    for (const tell of idlers.splice(0)) tell();
  }

  function idle(): Promise<void> {
    return new Promise((resolve) => {
      idlers = [...idlers, resolve];
      tellIdlers();
    });
  }

  function close(): void {
    closed = true;
    stopWatch();
    for (const pending of [...inFlight.values(), ...waiting])
      settle(pending, refused(pending.message, "the bus was closed"));
    waiting.clear();
  }
}

const watchMs = (timeoutMs: number): number => Math.max(5, Math.min(250, timeoutMs / 20));

const isClosed = (error: Error): boolean => /clos(ed|ing)/i.test(error.message);

const placeOf = ({ exchange, routingKey }: Outgoing): string =>
  exchange === "" ? `queue ${routingKey}` : `exchange ${exchange}, routing key ${routingKey}`;

const unroutable = (message: Outgoing): ProblemError =>
  new ProblemError({
    code: "PUBLISH_UNROUTABLE",
    where: placeOf(message),
    message: "no queue takes the message.",
    remedy: "Add a consumer to the event's definition, or start a service that declares the queue.",
  });

const refused = (message: Outgoing, why: string): Retry =>
  new Retry(
    { code: "PUBLISH_REFUSED", where: placeOf(message), message: `${why}.`, remedy: "Look into the broker's log." },
    { dependency: "broker" },
  );

const timedOut = (message: Outgoing, why: string): Retry =>
  new Retry(
    {
      code: "PUBLISH_TIMEOUT",
      where: placeOf(message),
      message: `${why}.`,
      remedy: "Check that the broker is up, reachable, and has memory and disk left.",
    },
    { dependency: "broker" },
  );
