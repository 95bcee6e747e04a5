import type { FakeAmqplib } from "@onify/fake-amqplib";
import type { Channel, ChannelModel, ConfirmChannel, ConsumeMessage, Options } from "amqplib";
import type { Driver } from "./driver.js";
import { expiryOf, type Expiry } from "./embedded-expiry.js";

const ADDRESS = "amqp://embedded";
const DEFAULT_EXCHANGE = "amq.default";

interface EmbeddedBroker {
  amqp: InstanceType<typeof FakeAmqplib>;
  expiry: Expiry;
}

const brokers = new Map<string, Promise<EmbeddedBroker>>();

/** The in-memory broker of this process: amqplib's API in front of smqp. Buses that give the same name share it. */
export const embeddedDriver = (name: string): Driver => ({
  async connect() {
    const broker = await brokerNamed(name);
    return withRabbitManners(await broker.amqp.connect(ADDRESS), broker.expiry);
  },
});

/** Ends a broker with everything in it, as a crash would; the next connection finds a new, empty one. */
export async function stopEmbeddedBroker(name = "default"): Promise<void> {
  const broker = await brokers.get(name);
  brokers.delete(name);
  broker?.expiry.stop();
  await Promise.all([...(broker?.amqp.connections ?? [])].map((connection) => connection.close()));
}

function brokerNamed(name: string): Promise<EmbeddedBroker> {
  const broker = brokers.get(name) ?? startBroker();
  brokers.set(name, broker);
  return broker;
}

// The broker lives as long as one connection does: this one stays open until the broker is stopped.
async function startBroker(): Promise<EmbeddedBroker> {
  const { FakeAmqplib } = await import("@onify/fake-amqplib");
  const amqp = new FakeAmqplib("3.7");
  const channel = await (await amqp.connect(ADDRESS)).createChannel();
  await channel.assertExchange(DEFAULT_EXCHANGE, "direct", { durable: true, autoDelete: false });
  return { amqp, expiry: expiryOf(channel) };
}

function withRabbitManners(connection: ChannelModel, expiry: Expiry): ChannelModel {
  const createChannel = connection.createChannel.bind(connection);
  const open = async () => withRabbitMannersToo(await createChannel(), expiry);
  return Object.assign(connection, { createChannel: open, createConfirmChannel: open });
}

// What RabbitMQ does and the in-memory broker does not: arguments of queues, the default exchange, expiry without a
// consumer, and a confirm that comes after the return of the same message.
function withRabbitMannersToo(channel: Channel, expiry: Expiry): ConfirmChannel {
  const assertExchange = channel.assertExchange.bind(channel);
  const assertQueue = channel.assertQueue.bind(channel);
  const consume = channel.consume.bind(channel);
  const publish = (channel as ConfirmChannel).publish.bind(channel);
  return Object.assign(channel, {
    assertExchange: (exchange: string, type: string, options?: Options.AssertExchange) =>
      assertExchange(exchange, type, { autoDelete: false, ...options }),
    async assertQueue(queue: string, options: Options.AssertQueue = {}) {
      const asserted = await assertQueue(queue, { ...options, ...argumentsOf(options) });
      await channel.bindQueue(asserted.queue, DEFAULT_EXCHANGE, asserted.queue);
      expiry.watch(asserted.queue, options.arguments?.["x-message-ttl"]);
      return asserted;
    },
    publish(exchange: string, key: string, body: Buffer, options: Options.Publish, confirmed?: Confirmed) {
      return publish(exchange || DEFAULT_EXCHANGE, key, body, options, (error) => {
        if (exchange === "") expiry.published(key);
        if (confirmed) process.nextTick(confirmed, error);
      });
    },
    consume: (queue: string, onMessage: (message: ConsumeMessage | null) => void, options?: Options.Consume) =>
      consume(queue, (message) => setImmediate(onMessage, message), options),
  }) as unknown as ConfirmChannel;
}

type Confirmed = (error: unknown) => void;

function argumentsOf({ arguments: given = {} }: Options.AssertQueue): Options.AssertQueue {
  const exchange = given["x-dead-letter-exchange"];
  return {
    ...(given["x-message-ttl"] !== undefined && { messageTtl: given["x-message-ttl"] }),
    ...(exchange !== undefined && { deadLetterExchange: exchange || DEFAULT_EXCHANGE }),
    ...(given["x-dead-letter-routing-key"] && { deadLetterRoutingKey: given["x-dead-letter-routing-key"] }),
  };
}
