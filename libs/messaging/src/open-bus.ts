import {
  CLOUD_EVENT_MEDIA_TYPE,
  RETRY_LADDER,
  deadLetterQueueName,
  parseCloudEvent,
  retryQueueName,
  Retry,
  type CloudEvent,
  type DependencyHealth,
  type Topology,
} from "@millrace/contracts";
import type { Channel, ChannelModel } from "amqplib";
import { amqplibDriver } from "./amqplib-driver.js";
import { hearBroadcast } from "./broadcast.js";
import type {
  Bus,
  BusConfig,
  ConsumeOptions,
  Consumption,
  Handler,
  Listener,
  ListenOptions,
  PublishOptions,
  QueueDepth,
} from "./bus.js";
import { openDeadLetters } from "./dead-letters.js";
import { declareTopology } from "./declare-topology.js";
import type { Driver } from "./driver.js";
import { embeddedDriver } from "./embedded-driver.js";
import { openLink, type Link } from "./link.js";
import { enqueuedNow } from "./message-headers.js";
import { within } from "./pause.js";
import { openPublisher, type Outgoing } from "./publisher.js";
import type { VerdictRules } from "./verdict.js";
import { workOff } from "./work-queue.js";

const DEFAULTS = { prefetch: 10, maxAttempts: 5, confirmTimeoutMs: 10_000, drainMs: 10_000 };

/** Opens the bus at once, broker or no broker: it connects in the background and stays connected until it is closed. */
export function openBus(config: BusConfig, topology: Topology): Promise<Bus> {
  return Promise.resolve(busOver(driverOf(config), config, topology));
}

const driverOf = ({ url, embeddedName = "default", service, instance }: BusConfig): Driver =>
  url === undefined ? embeddedDriver(embeddedName) : amqplibDriver({ url, name: `${service} ${instance}` });

function busOver(driver: Driver, config: BusConfig, topology: Topology): Bus {
  const { clock = () => new Date(), ladder = RETRY_LADDER, on, prefetch = DEFAULTS.prefetch } = config;
  const confirmTimeoutMs = config.confirmTimeoutMs ?? DEFAULTS.confirmTimeoutMs;
  const publisher = openPublisher({ confirmTimeoutMs, linkDetail: () => publishLink.state().detail });
  const declare = (connection: ChannelModel) => declareTopology(connection, topology, ladder);
  let progress: Channel | undefined;
  const publishLink = openPublishLink();
  const consumeLink = openLink({ role: "consume", driver, clock, on, setUp: declareSecond });
  const consumptions = new Set<{ cancel(drainMs: number): Promise<void> }>();
  const deadLetters = openDeadLetters({ queues: topology.queues.map(({ name }) => name), connected, publisher, clock });
  return { publish, consume, listen, depths, deadLetters, health, close };

  function openPublishLink(): Link {
    const link = openLink({ role: "publish", driver, clock, on, setUp, down: publisher.detach });
    return link;

    async function setUp(connection: ChannelModel): Promise<void> {
      await declare(connection);
      const channel = await connection.createConfirmChannel();
      progress = await connection.createChannel();
      for (const opened of [channel, progress]) {
        opened.on("error", () => {});
        opened.on("close", () => link.renew("a publishing channel was closed by the broker"));
      }
      publisher.attach(channel);
    }
  }

  // Both links declare everything; one after the other, because the first time a broker takes seconds over it.
  async function declareSecond(connection: ChannelModel): Promise<void> {
    await publishLink.tried;
    await declare(connection);
  }

  function publish(event: CloudEvent, options: PublishOptions = {}): Promise<void> {
    const { transient = false, exchange = topology.exchange } = options;
    const body = Buffer.from(JSON.stringify(event));
    const headers = enqueuedNow(clock());
    const kind = { persistent: !transient, mandatory: !transient };
    const properties = { contentType: CLOUD_EVENT_MEDIA_TYPE, messageId: event.id, headers, ...kind };
    const message = { exchange, routingKey: event.type, body, options: properties };
    if (!transient) return publisher.send(message);
    publishTransient(message);
    return Promise.resolve();
  }

  function publishTransient({ exchange, routingKey, body, options }: Outgoing): void {
    if (!publishLink.state().up) return;
    try {
      progress?.publish(exchange, routingKey, body, options);
    } catch {
      return;
    }
  }

  async function consume(queue: string, handler: Handler, options: ConsumeOptions = {}): Promise<Consumption> {
    const parts = { link: consumeLink, publisher, rules: verdictRules(), clock, on, declare };
    const work = workOff({ queue, handler, prefetch, parse: parseCloudEvent, ...options, ...parts });
    await work.tried;
    return keep(work);
  }

  async function listen(routingKeys: readonly string[], handler: Listener, options: ListenOptions = {}) {
    const name = `${config.service}.${config.instance}`;
    const parts = { exchange: topology.exchange, name, link: consumeLink, on, declare };
    const broadcast = hearBroadcast({ routingKeys, handler, ...options, ...parts });
    await broadcast.tried;
    return keep({ cancel: () => broadcast.cancel(() => Promise.resolve()) });
  }

  function keep(consumption: { cancel(drainMs: number): Promise<void> }): Consumption {
    consumptions.add(consumption);
    return {
      async cancel() {
        consumptions.delete(consumption);
        await consumption.cancel(DEFAULTS.drainMs);
      },
    };
  }

  function verdictRules(): VerdictRules {
    const others = config.dependencyUp ?? (() => Promise.resolve(true));
    const dependencyUp = (name: string) => (name === "broker" ? Promise.resolve(health().up) : others(name));
    return { ladder, maxAttempts: config.maxAttempts ?? DEFAULTS.maxAttempts, dependencyUp };
  }

  function health(): DependencyHealth {
    const states = [publishLink, consumeLink].map((link) => link.state());
    const down = states.find(({ up }) => !up);
    const since = new Date(Math.max(...(down ? [down] : states).map((state) => state.since.getTime())));
    return { name: "broker", up: !down, since, ...(down?.detail !== undefined && { detail: down.detail }) };
  }

  async function connected(): Promise<ChannelModel> {
    const connection = publishLink.connected();
    if (await within(connection, confirmTimeoutMs)) return connection;
    const { detail } = publishLink.state();
    throw new Retry(
      { code: "BROKER_UNREACHABLE", message: `no connection to the broker${detail ? `: ${detail}` : ""}.` },
      { dependency: "broker" },
    );
  }

  async function depths(): Promise<QueueDepth[]> {
    const channel = await (await connected()).createChannel();
    channel.on("error", () => {});
    const countOf = async (queue: string) => (await channel.checkQueue(queue)).messageCount;
    const depthOf = async (queue: string): Promise<QueueDepth> => {
      const rungs = await Promise.all(ladder.map(({ name }) => countOf(retryQueueName(queue, name))));
      const [ready, dead] = [await countOf(queue), await countOf(deadLetterQueueName(queue))];
      return { queue, ready, retrying: rungs.reduce((sum, each) => sum + each, 0), dead };
    };
    const all = await Promise.all(topology.queues.map(({ name }) => depthOf(name)));
    await channel.close();
    return all;
  }

  async function close({ drainMs = DEFAULTS.drainMs } = {}): Promise<void> {
    await Promise.all([...consumptions].map((consumption) => consumption.cancel(drainMs)));
    if (publishLink.state().up) await within(publisher.idle(), confirmTimeoutMs);
    publisher.close();
    await Promise.all([publishLink.close(), consumeLink.close()]);
  }
}
