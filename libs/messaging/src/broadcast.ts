import { parseCloudEvent } from "@millrace/contracts";
import type { Channel, ChannelModel, ConsumeMessage } from "amqplib";
import { randomUUID } from "node:crypto";
import type { BusObserver, Listener, ListenOptions } from "./bus.js";
import type { Link } from "./link.js";
import { subscribe, type Subscription } from "./subscription.js";

const PREFETCH = 100;

export interface BroadcastOptions extends ListenOptions {
  exchange: string;
  routingKeys: readonly string[];
  handler: Listener;
  /** Service and instance: for people who look at the broker. */
  name: string;
  link: Link;
  on: BusObserver | undefined;
  declare(connection: ChannelModel): Promise<void>;
}

/** Hears events one after another, through a queue of its own that ends with the connection. */
export function hearBroadcast(options: BroadcastOptions): Subscription {
  const { exchange, routingKeys, handler, name, link, on, declare, onConnect } = options;
  return subscribe({ link, declare, start });

  async function start(channel: Channel, gone: () => void): Promise<string> {
    const queue = await ownQueue(channel);
    let last = Promise.resolve();
    const take = (message: ConsumeMessage) => (last = last.then(() => hear(channel, message)));
    const { consumerTag } = await channel.consume(queue, (message) => void (message ? take(message) : gone()));
    await onConnect?.();
    return consumerTag;
  }

  // A new name each time: the broker may still hold the old queue for a connection that it doesn't know to be dead.
  async function ownQueue(channel: Channel): Promise<string> {
    const queue = `${name}.${randomUUID()}`;
    await channel.assertQueue(queue, { exclusive: true, autoDelete: true, durable: false });
    for (const key of routingKeys) await channel.bindQueue(queue, exchange, key);
    await channel.prefetch(PREFETCH);
    return queue;
  }

  async function hear(channel: Channel, message: ConsumeMessage): Promise<void> {
    try {
      await handler(parseCloudEvent(message.content));
    } catch (error) {
      on?.listenerFailed?.(message.fields.routingKey, error);
    }
    acknowledge(channel, message);
  }
}

// The channel may be gone by now, and the queue with it.
function acknowledge(channel: Channel, message: ConsumeMessage): void {
  try {
    channel.ack(message);
  } catch {
    return;
  }
}
