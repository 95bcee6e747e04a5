import type { AnyEvent } from "./define-event.js";

export const EVENTS_EXCHANGE = "millrace.events";

/** The rungs of the retry ladder: how long a message waits before its next attempt. */
export const RETRY_LADDER = [
  { name: "1s", ms: 1_000 },
  { name: "10s", ms: 10_000 },
  { name: "1m", ms: 60_000 },
  { name: "10m", ms: 600_000 },
] as const;

export interface QueueSpec {
  readonly name: string;
  readonly routingKey: string;
  readonly service: string;
  /** Where its messages come from, when it is not the exchange of the events. */
  readonly exchange?: string;
}

export interface Topology {
  readonly exchange: string;
  readonly queues: readonly QueueSpec[];
}

export const queueName = (service: string, eventType: string): string => `${service}.${eventType}`;
export const retryQueueName = (queue: string, rung: string): string => `${queue}.retry.${rung}`;
export const deadLetterQueueName = (queue: string): string => `${queue}.dead`;

/** The gateway's ledger hears every event, also of types that nobody here knows. */
export const LEDGER_QUEUE: QueueSpec = { name: "gateway.ledger", routingKey: "#", service: "gateway" };

/** Whatever is published here tells of data that have arrived: S3 event notifications, arrivals in short, or as events. */
export const ARRIVALS_EXCHANGE = "millrace.arrivals";
export const ARRIVALS_QUEUE: QueueSpec = {
  ...{ name: "gateway.arrivals", routingKey: "#", service: "gateway" },
  exchange: ARRIVALS_EXCHANGE,
};

/** Jobs of trainings: each for one trainer, whichever is free. They are no events, and nobody else hears them. */
export const TRAINING_JOBS_QUEUE: QueueSpec = {
  ...{ name: "trainer.jobs", routingKey: "#", service: "trainer" },
  exchange: "millrace.jobs",
};

/**
 * Every service declares all of it when it connects, so the order in which services start does not matter and an event
 * for one that is not yet up waits in its queue.
 */
export const topologyOf = (events: readonly AnyEvent[]): Topology => ({
  exchange: EVENTS_EXCHANGE,
  queues: [
    ...events.flatMap(({ type, consumers }) =>
      consumers.map((service) => ({ name: queueName(service, type), routingKey: type, service })),
    ),
    LEDGER_QUEUE,
    ARRIVALS_QUEUE,
    TRAINING_JOBS_QUEUE,
  ],
});
