import type { AnyEvent } from "../define-event.js";
import { EVENTS_EXCHANGE, queueName } from "../topology.js";
import { CLOUD_EVENT_MEDIA_TYPE } from "../cloud-event.js";

const idOf = (type: string): string => type.replaceAll(/[.-]/g, "_");

/** The AsyncAPI 3.0 document of the exchange: a channel an event, an operation for each service that receives it. */
export const asyncApi = (events: readonly AnyEvent[]) => ({
  asyncapi: "3.0.0",
  info: {
    title: "Millrace events",
    version: "1.0.0",
    description: "CloudEvents 1.0 in structured JSON on a durable topic exchange; the routing key is the event's type.",
    license: { name: "MIT" },
  },
  defaultContentType: CLOUD_EVENT_MEDIA_TYPE,
  channels: Object.fromEntries(events.map((event) => [idOf(event.type), channelOf(event)])),
  operations: Object.fromEntries(
    events.flatMap((event) =>
      event.consumers.map((service) => [`${service}_${idOf(event.type)}`, receive(service, event)]),
    ),
  ),
});

const channelOf = ({ type, summary }: AnyEvent) => ({
  address: type,
  description: summary,
  messages: { message: { name: type, payload: { $ref: `./schemas/${type}.json` } } },
  bindings: {
    amqp: { is: "routingKey", exchange: { name: EVENTS_EXCHANGE, type: "topic", durable: true, autoDelete: false } },
  },
});

const receive = (service: string, { type }: AnyEvent) => ({
  action: "receive",
  channel: { $ref: `#/channels/${idOf(type)}` },
  summary: `${service} takes it from its queue ${queueName(service, type)}`,
});
