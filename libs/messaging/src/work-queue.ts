import { deadLetterQueueName, Reject, retryQueueName, type CloudEvent } from "@millrace/contracts";
import type { Channel, ChannelModel, ConsumeMessage } from "amqplib";
import { randomUUID } from "node:crypto";
import type { BusObserver, Detached, Handler, Outcome } from "./bus.js";
import { letterOf } from "./dead-letters.js";
import type { Link } from "./link.js";
import { earlierDeliveriesOf, historyOf, withDeath, withHistory, type History } from "./message-headers.js";
import { within } from "./pause.js";
import type { Outgoing, Publisher } from "./publisher.js";
import { subscribe } from "./subscription.js";
import { verdictOn, type Verdict, type VerdictRules } from "./verdict.js";

// A message that kills its consumer comes back without a word of ours: only the broker's count tells.
const MOST_DELIVERIES = 10;
const MOST_REFUSALS = 3;

export interface WorkQueueOptions {
  queue: string;
  handler: Handler;
  prefetch: number;
  parse(content: Uint8Array): CloudEvent;
  link: Link;
  publisher: Publisher;
  rules: VerdictRules;
  clock: () => Date;
  on: BusObserver | undefined;
  declare(connection: ChannelModel): Promise<void>;
}

export interface WorkQueue {
  readonly tried: Promise<void>;
  cancel(drainMs: number): Promise<void>;
}

interface Job {
  channel: Channel;
  message: ConsumeMessage;
  history: History & { firstSeen: Date };
  started: number;
  /** Set where the handler asked for it before its work was done: the broker no longer has the message. */
  acknowledged: boolean;
}

/** Works a queue off: each message is acknowledged only when its result, its retry or its death is safe elsewhere. */
export function workOff(options: WorkQueueOptions): WorkQueue {
  const { queue, handler, prefetch, parse, link, publisher, rules, clock, on, declare } = options;
  const inHand = new Set<Promise<void>>();
  let stopping = false;
  const subscription = subscribe({ link, declare, start });
  return { tried: subscription.tried, cancel };

  async function start(channel: Channel, gone: () => void): Promise<string> {
    await channel.prefetch(prefetch);
    const take = (message: ConsumeMessage | null) => (message ? keepInHand(channel, message) : gone());
    return (await channel.consume(queue, take)).consumerTag;
  }

  async function cancel(drainMs: number): Promise<void> {
    stopping = true;
    await subscription.cancel(() => within(Promise.all(inHand), drainMs));
  }

  function keepInHand(channel: Channel, message: ConsumeMessage): void {
    if (stopping) return;
    const job = work(channel, message).finally(() => inHand.delete(job));
    inHand.add(job);
  }

  async function work(channel: Channel, message: ConsumeMessage): Promise<void> {
    const history = historyOf(message);
    const job: Job = {
      channel,
      message,
      history: { ...history, firstSeen: history.firstSeen ?? clock() },
      started: performance.now(),
      acknowledged: false,
    };
    let event: CloudEvent | undefined;
    try {
      refuseCrashLoop(message, queue);
      event = parse(message.content);
      const detached = await handler(deliveryOf(job, event));
      if (detached) await goOn(job, detached);
    } catch (thrown) {
      return carryOut(job, event, await verdictOn(thrown, job.history, rules));
    }
    acknowledge(job);
    tell(job, event, "done");
  }

  // Acknowledged first: should this process end before the work does, whoever watches over the work sends it again.
  async function goOn(job: Job, { behind }: Detached): Promise<void> {
    acknowledge(job);
    await behind;
  }

  function deliveryOf({ message, history }: Job, event: CloudEvent) {
    const { firstSeen, enqueuedAt } = history;
    const attempt = history.attempts + 1;
    return {
      event,
      attempt,
      firstSeen,
      queue,
      redelivered: message.fields.redelivered === true,
      ...(enqueuedAt && { enqueuedAt }),
    };
  }

  async function carryOut(job: Job, event: CloudEvent | undefined, verdict: Verdict): Promise<void> {
    const next = verdict.kind === "retry" ? retryOf(job, verdict) : deathOfJob(job, verdict);
    if (!(await handOver(job, next))) return giveBack(job);
    acknowledge(job);
    tell(job, event, verdict.kind === "retry" ? "retried" : "rejected");
    if (verdict.kind === "dead") on?.deadLettered?.(letterOf(queue, asMessage(next)));
  }

  function retryOf(job: Job, { rung, attempts, outages }: Verdict & { kind: "retry" }): Outgoing {
    const enqueuedAt = new Date(clock().getTime() + rung.ms);
    return messageTo(
      retryQueueName(queue, rung.name),
      job,
      withHistory({ ...job.history, attempts, outages, enqueuedAt }),
    );
  }

  function deathOfJob(job: Job, { problem, stack, attempts }: Verdict & { kind: "dead" }): Outgoing {
    const death = withDeath({ key: randomUUID(), problem, stack, deadAt: clock() });
    return messageTo(deadLetterQueueName(queue), job, { ...withHistory({ ...job.history, attempts }), ...death });
  }

  // An outage of the publishing side keeps the message in hand: giving it back would only count deliveries up.
  async function handOver({ channel }: Job, next: Outgoing): Promise<boolean> {
    let open = true;
    channel.once("close", () => (open = false));
    for (let refusals = 0; open && refusals < MOST_REFUSALS;) {
      const error = await publisher.send(next).then(
        () => undefined,
        (thrown: { code?: string }) => thrown,
      );
      if (!error) return true;
      if (stopping) return false;
      if (error.code !== "PUBLISH_TIMEOUT") refusals += 1;
      if (error.code === "PUBLISH_UNROUTABLE" && open)
        await link
          .connected()
          .then(declare)
          .catch(() => undefined);
    }
    return false;
  }

  function tell({ history, started }: Job, event: CloudEvent | undefined, outcome: Outcome): void {
    const seconds = (performance.now() - started) / 1_000;
    on?.outcome?.(queue, event?.type ?? "unknown", outcome, history.attempts + 1, seconds);
  }
}

function refuseCrashLoop(message: ConsumeMessage, queue: string): void {
  const deliveries = earlierDeliveriesOf(message);
  if (deliveries < MOST_DELIVERIES) return;
  throw new Reject({
    code: "DELIVERED_TOO_OFTEN",
    where: queue,
    message: `delivered ${deliveries} times and never settled: its consumer ended each time.`,
    remedy: "Look why the service ended, then replay the dead letter.",
  });
}

function acknowledge(job: Job): void {
  if (job.acknowledged) return;
  job.acknowledged = true;
  quietly(() => job.channel.ack(job.message));
}

function giveBack({ channel, message, acknowledged }: Job): void {
  if (!acknowledged) quietly(() => channel.nack(message, false, true));
}

const messageTo = (queue: string, { message }: Job, headers: Record<string, unknown>): Outgoing => {
  const { contentType, messageId } = message.properties;
  const options = { persistent: true, mandatory: true, contentType, messageId, headers };
  return { exchange: "", routingKey: queue, body: message.content, options };
};

const asMessage = ({ body, options }: Outgoing) => ({
  content: body,
  properties: options as ConsumeMessage["properties"],
});

// On a channel that is gone there is nothing to acknowledge: the broker delivers the message again.
function quietly(settle: () => void): void {
  try {
    settle();
  } catch {
    return;
  }
}
