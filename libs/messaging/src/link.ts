import { problemOf } from "@millrace/contracts";
import type { ChannelModel } from "amqplib";
import type { BusObserver, Role } from "./bus.js";
import type { Driver } from "./driver.js";
import { backOffMs, pause, within } from "./pause.js";

const CLOSE_MS = 2_000;

/** A connection that comes back: it is opened for ever, with back-off, until it is closed from here. */
export interface Link {
  readonly role: Role;
  state(): LinkState;
  /** The connection, when it is up and set up; waits for it. Rejects when the link is closed. */
  connected(): Promise<ChannelModel>;
  /** Resolves when the first attempt to connect has ended, one way or the other. */
  readonly tried: Promise<void>;
  /** Gives up the present connection and opens another. */
  renew(because: string): void;
  close(): Promise<void>;
}

export interface LinkState {
  up: boolean;
  since: Date;
  detail?: string;
}

export interface LinkOptions {
  role: Role;
  driver: Driver;
  clock: () => Date;
  /** Runs on each new connection before anybody gets it. */
  setUp(connection: ChannelModel): Promise<void>;
  down?(): void;
  on: BusObserver | undefined;
}

export function openLink({ role, driver, clock, setUp, down, on }: LinkOptions): Link {
  const closed = new AbortController();
  let state: LinkState = { up: false, since: clock(), detail: "not yet connected" };
  let connection: ChannelModel | undefined;
  const waiting: { resolve(connection: ChannelModel): void; reject(error: Error): void }[] = [];
  let abandon: (reason: string) => void = () => {};
  let triedOnce: () => void;
  const tried = new Promise<void>((resolve) => (triedOnce = resolve));
  const ended = keepConnected();
  return { role, state: () => state, connected, tried, renew, close };

  async function keepConnected(): Promise<void> {
    for (let failures = 0; !closed.signal.aborted;) {
      const wasUp = await connectOnce();
      failures = wasUp ? 0 : failures + 1;
      if (!closed.signal.aborted) await pause(backOffMs(failures), closed.signal);
    }
  }

  /** True after a connection that was up has ended, false when there was none. */
  async function connectOnce(): Promise<boolean> {
    let opened: ChannelModel | undefined;
    try {
      opened = await driver.connect(role);
      const lost = watch(opened);
      await setUp(opened);
      if (closed.signal.aborted) return false;
      becomeUp(opened);
      becomeDown(await lost);
      return true;
    } catch (error) {
      note(false, problemOf(error).message);
      return false;
    } finally {
      triedOnce();
      if (opened) await hangUp(opened);
    }
  }

  function watch(opened: ChannelModel): Promise<string> {
    let reason = "the connection was closed";
    opened.on("error", (error: Error) => (reason = error.message));
    opened.on("blocked", (why: string) => note(false, `the broker accepts no messages: ${why}`));
    opened.on("unblocked", () => note(connection === opened));
    return new Promise((resolve) => {
      abandon = resolve;
      opened.on("close", () => resolve(reason));
    });
  }

  function becomeUp(opened: ChannelModel): void {
    connection = opened;
    note(true);
    triedOnce();
    for (const { resolve } of waiting.splice(0)) resolve(opened);
  }

  function becomeDown(reason: string): void {
    connection = undefined;
    note(false, reason);
    down?.();
  }

  function note(up: boolean, detail?: string): void {
    const changed = up !== state.up;
    if (!changed && detail === state.detail) return;
    state = { up, since: changed ? clock() : state.since, ...(detail !== undefined && { detail }) };
    on?.connection?.(role, up, detail);
  }

  function connected(): Promise<ChannelModel> {
    if (closed.signal.aborted) return Promise.reject(new Error("the bus is closed"));
    if (connection) return Promise.resolve(connection);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  }

  function renew(because: string): void {
    // Not at once: when the connection itself is about to say why it closes, that is the better reason.
    if (connection) setImmediate(() => abandon(because));
  }

  async function close(): Promise<void> {
    closed.abort();
    for (const { reject } of waiting.splice(0)) reject(new Error("the bus is closed"));
    abandon("the bus was closed");
    await within(ended, 2 * CLOSE_MS);
  }
}

// A broker that has vanished never answers the goodbye.
async function hangUp(connection: ChannelModel): Promise<void> {
  await within(
    Promise.resolve()
      .then(() => connection.close())
      .catch(() => undefined),
    CLOSE_MS,
  );
}
