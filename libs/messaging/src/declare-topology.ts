import { deadLetterQueueName, retryQueueName, type QueueSpec, type Topology } from "@millrace/contracts";
import type { ChannelModel, Channel } from "amqplib";
import type { Rung } from "./bus.js";

/** After so many deliveries that nobody settled the broker itself dead-letters; the bus does it earlier, with a reason. */
export const BROKER_DELIVERY_LIMIT = 20;

// Reading dead letters puts them back, and RabbitMQ 4 would drop one after its default of 20 deliveries. A limit that is
// never reached says "no limit" to 3.10 too, which knows no -1.
const NO_DELIVERY_LIMIT = 2_000_000_000;

const QUORUM = { "x-queue-type": "quorum" };

// The default of a quorum queue, at-most-once, may lose a message on its way to the other queue. At-least-once keeps it
// until the other queue has confirmed it; RabbitMQ asks for reject-publish with it.
const deadLetterTo = (queue: string) => ({
  "x-dead-letter-exchange": "",
  "x-dead-letter-routing-key": queue,
  "x-dead-letter-strategy": "at-least-once",
  "x-overflow": "reject-publish",
});

/** Declares everything, so that the order in which services start does not matter. */
export async function declareTopology(connection: ChannelModel, topology: Topology, ladder: readonly Rung[]) {
  const channel = await connection.createChannel();
  channel.on("error", () => {});
  const exchangeOf = (spec: QueueSpec) => spec.exchange ?? topology.exchange;
  for (const exchange of new Set([topology.exchange, ...topology.queues.map(exchangeOf)]))
    await channel.assertExchange(exchange, "topic", { durable: true });
  for (const spec of topology.queues) await declareQueue(channel, exchangeOf(spec), spec, ladder);
  await channel.close();
}

// A retry queue is a quorum queue as well: a classic one is gone with its node, and loses what expires while the target
// can't take it. Quorum queues know TTL and at-least-once since 3.10.
async function declareQueue(
  channel: Channel,
  exchange: string,
  { name, routingKey }: QueueSpec,
  ladder: readonly Rung[],
) {
  const dead = deadLetterQueueName(name);
  await Promise.all([
    channel.assertQueue(dead, queueOf({ "x-delivery-limit": NO_DELIVERY_LIMIT })),
    channel.assertQueue(name, queueOf({ ...deadLetterTo(dead), "x-delivery-limit": BROKER_DELIVERY_LIMIT })),
    ...ladder.map((rung) =>
      channel.assertQueue(
        retryQueueName(name, rung.name),
        queueOf({ ...deadLetterTo(name), "x-message-ttl": rung.ms }),
      ),
    ),
  ]);
  await channel.bindQueue(name, exchange, routingKey);
}

const queueOf = (given: Record<string, unknown>) => ({ durable: true, arguments: { ...QUORUM, ...given } });
