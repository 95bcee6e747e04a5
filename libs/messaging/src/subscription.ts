import type { Channel, ChannelModel } from "amqplib";
import type { Link } from "./link.js";
import { backOffMs, pause, within } from "./pause.js";

const GOODBYE_MS = 2_000;

/** A channel with a consumer that is made again whenever it, its queue or the connection is lost. */
export interface Subscription {
  /** Resolves when it stands, or when the first attempt has failed and others follow in the background. */
  readonly tried: Promise<void>;
  /** Takes no more messages, lets `finished` come to an end, then closes the channel. */
  cancel(finished: () => Promise<unknown>): Promise<void>;
}

export interface SubscribeOptions {
  link: Link;
  /** Starts the consumer and returns its tag; `gone` is to be called when the broker cancels it. */
  start(channel: Channel, gone: () => void): Promise<string>;
  /** Makes the queues again that were deleted. */
  declare(connection: ChannelModel): Promise<void>;
}

export function subscribe({ link, start, declare }: SubscribeOptions): Subscription {
  const cancelled = new AbortController();
  let present: { channel: Channel; tag: string } | undefined;
  let triedOnce: () => void;
  const tried = new Promise<void>((resolve) => (triedOnce = resolve));
  const ended = keepSubscribed();
  void link.tried.then(() => link.state().up || triedOnce());
  return { tried, cancel };

  async function keepSubscribed(): Promise<void> {
    let known: ChannelModel | undefined;
    for (let failures = 0; !cancelled.signal.aborted;) {
      const connection = await link.connected().catch(() => undefined);
      if (!connection) return triedOnce();
      const stood = await subscribeOnce(connection, connection === known).catch(() => false);
      known = connection;
      failures = stood ? 0 : failures + 1;
      triedOnce();
      if (!cancelled.signal.aborted) await pause(backOffMs(failures), cancelled.signal);
    }
  }

  async function subscribeOnce(connection: ChannelModel, again: boolean): Promise<true> {
    if (again) await declare(connection);
    const channel = await connection.createChannel();
    try {
      const lost = endOf(channel);
      const tag = await start(channel, lost.gone);
      present = { channel, tag };
      triedOnce();
      await lost.ended;
      return true;
    } finally {
      present = undefined;
      await goodbye(channel);
    }
  }

  function endOf(channel: Channel): { ended: Promise<unknown>; gone: () => void } {
    channel.on("error", () => {});
    let gone = () => {};
    const cancelledByBroker = new Promise<void>((resolve) => (gone = resolve));
    const closed = new Promise<void>((resolve) => channel.on("close", resolve));
    const stopped = new Promise<void>((resolve) => {
      if (cancelled.signal.aborted) resolve();
      cancelled.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    return { ended: Promise.race([closed, cancelledByBroker, stopped]), gone };
  }

  async function cancel(finished: () => Promise<unknown>): Promise<void> {
    if (present)
      await within(
        present.channel.cancel(present.tag).catch(() => undefined),
        GOODBYE_MS,
      );
    await finished();
    cancelled.abort();
    await within(ended, GOODBYE_MS);
  }
}

// What was delivered and not acknowledged goes back to its queue.
const goodbye = (channel: Channel): Promise<boolean> =>
  within(
    Promise.resolve()
      .then(() => channel.close())
      .catch(() => undefined),
    GOODBYE_MS,
  );
