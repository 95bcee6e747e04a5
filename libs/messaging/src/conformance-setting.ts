import {
  deadLetterQueueName,
  retryQueueName,
  type CloudEvent,
  type QueueSpec,
  type Topology,
} from "@millrace/contracts";
import type { Channel } from "amqplib";
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Bus, BusConfig, Delivery, Handler } from "./bus.js";
import type { Driver } from "./driver.js";
import { openBus } from "./open-bus.js";

/** What a driver's test file gives to the suite. */
export interface Subject {
  driver: Driver;
  config: Pick<BusConfig, "url" | "embeddedName">;
}

/** One test's own exchange and queues, and the buses it opens; `clear` takes all of it away. */
export interface Setting {
  readonly topology: Topology;
  readonly queue: string;
  readonly type: string;
  open(overrides?: Partial<BusConfig>): Promise<Bus>;
  /** The same topology with one queue more, which has an exchange of its own. */
  openWith(queue: QueueSpec & { exchange: string }): Promise<Bus>;
  event(data?: unknown): CloudEvent;
  /** amqplib's API, past the bus: to send what a bus would never send. */
  raw(): Promise<Channel>;
  clear(): Promise<void>;
}

export const SHORT_LADDER = [
  { name: "20ms", ms: 20 },
  { name: "50ms", ms: 50 },
  { name: "80ms", ms: 80 },
] as const;

export function settingOf({ driver, config }: Subject): Setting {
  const prefix = `t${randomUUID().slice(0, 8)}`;
  const type = `${prefix}.data.arrived`;
  const queue = `worker.${type}`;
  const topology = { exchange: `${prefix}.events`, queues: [{ name: queue, routingKey: type, service: "worker" }] };
  const buses: Bus[] = [];
  const others: (QueueSpec & { exchange: string })[] = [];
  const connections: { close(): Promise<void> }[] = [];
  return { topology, queue, type, open, openWith, event, raw, clear };

  function open(overrides?: Partial<BusConfig>): Promise<Bus> {
    return openOn(topology, overrides);
  }

  function openWith(more: QueueSpec & { exchange: string }): Promise<Bus> {
    others.push(more);
    return openOn({ ...topology, queues: [...topology.queues, more] });
  }

  async function openOn(wanted: Topology, overrides: Partial<BusConfig> = {}): Promise<Bus> {
    const names = { service: "worker", instance: `w${buses.length}` };
    const bus = await openBus({ ...config, ...names, ladder: SHORT_LADDER, ...overrides }, wanted);
    buses.push(bus);
    return bus;
  }

  function event(data: unknown = {}): CloudEvent {
    return { specversion: "1.0", id: randomUUID(), source: "/millrace/test", type, data };
  }

  async function raw(): Promise<Channel> {
    const connection = await driver.connect("publish");
    connection.on("error", () => {});
    connections.push(connection);
    const channel = await connection.createChannel();
    return channel.on("error", () => {});
  }

  async function clear(): Promise<void> {
    await Promise.all(buses.splice(0).map((bus) => bus.close({ drainMs: 100 })));
    const channel = await raw();
    for (const each of [queue, ...others.map(({ name }) => name)]) {
      const rungs = SHORT_LADDER.map(({ name }) => retryQueueName(each, name));
      for (const name of [each, deadLetterQueueName(each), ...rungs]) await channel.deleteQueue(name);
    }
    for (const exchange of [topology.exchange, ...others.map((other) => other.exchange)])
      await channel.deleteExchange(exchange);
    await Promise.all(connections.splice(0).map((connection) => connection.close()));
  }
}

/** Polls until it holds; says what was waited for when it never does. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
  for (const deadline = Date.now() + ms; !(await holds()); await wait(5)) {
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms in vain for: ${what}`);
  }
}

/** A handler that keeps what it got, and then does what it is told. */
export function recorder(then: (delivery: Delivery) => Promise<void> | void = () => {}) {
  const deliveries: Delivery[] = [];
  const handler: Handler = async (delivery) => {
    deliveries.push(delivery);
    await then(delivery);
  };
  return { deliveries, handler };
}
