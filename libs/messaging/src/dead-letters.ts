import {
  deadLetterQueueName,
  parseCloudEvent,
  shortDigestOf,
  type CloudEvent,
  type Problem,
} from "@millrace/contracts";
import type { Channel, ChannelModel, GetMessage, Message } from "amqplib";
import type { DeadLetter, DeadLetters } from "./bus.js";
import { brokerDeathOf, deathOf, earlierDeliveriesOf, enqueuedNow, historyOf, withHistory } from "./message-headers.js";
import type { Publisher } from "./publisher.js";

const LIST_LIMIT = 100;

export interface DeadLettersOptions {
  queues: readonly string[];
  connected(): Promise<ChannelModel>;
  publisher: Publisher;
  clock: () => Date;
}

type Buried = Pick<Message, "content" | "properties">;

/** Reads dead-letter queues by taking messages without acknowledging them: closing the channel puts them back in order. */
export function openDeadLetters({ queues, connected, publisher, clock }: DeadLettersOptions): DeadLetters {
  let last: Promise<unknown> = Promise.resolve();

  // One reader at a time: a second one would not see what the first holds.
  function inTurn<T>(read: () => Promise<T>): Promise<T> {
    const turn = last.then(read, read);
    last = turn.catch(() => undefined);
    return turn;
  }

  async function list({ queue, limit = LIST_LIMIT }: { queue?: string; limit?: number } = {}): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    for (const name of queue === undefined ? queues : [queue]) {
      if (letters.length >= limit) break;
      await browse(name, (message) => letters.push(letterOf(name, message)) >= limit);
    }
    return letters;
  }

  /** Takes one message after another until `visit` says that it is enough. */
  async function browse(queue: string, visit: (message: GetMessage, channel: Channel) => boolean | Promise<boolean>) {
    const channel = await (await connected()).createChannel();
    channel.on("error", () => {});
    try {
      for (;;) {
        const message = await channel.get(deadLetterQueueName(queue));
        if (!message || (await visit(message, channel))) return;
      }
    } finally {
      await channel.close().catch(() => undefined);
    }
  }

  async function find<T>(id: string, act: (message: GetMessage, channel: Channel, queue: string) => T | Promise<T>) {
    const queue = id.slice(id.indexOf("@") + 1);
    if (!queues.includes(queue)) return undefined;
    let result: T | undefined;
    await browse(queue, async (message, channel) => {
      if (letterOf(queue, message).id !== id) return false;
      result = await act(message, channel, queue);
      return true;
    });
    return result;
  }

  async function resend(message: GetMessage, channel: Channel, queue: string): Promise<true> {
    const { contentType, messageId, type } = message.properties;
    const { firstSeen } = historyOf(message);
    const headers = {
      ...withHistory({ attempts: 0, outages: 0, firstSeen, enqueuedAt: undefined }),
      ...enqueuedNow(clock()),
    };
    const options = { persistent: true, mandatory: true, contentType, messageId, type, headers };
    await publisher.send({ exchange: "", routingKey: queue, body: message.content, options });
    channel.ack(message);
    return true;
  }

  function bury(message: GetMessage, channel: Channel): true {
    channel.ack(message);
    return true;
  }

  return {
    list: (options) => inTurn(() => list(options)),
    show: (id) => inTurn(() => find(id, (message, _channel, queue) => letterOf(queue, message))),
    replay: (id) => inTurn(async () => (await find(id, resend)) ?? false),
    drop: (id) => inTurn(async () => (await find(id, bury)) ?? false),
  };
}

export function letterOf(queue: string, message: Buried): DeadLetter {
  const { key, problem, stack, deadAt } = deathOf(message) ?? deathByBroker(queue, message);
  const { attempts, firstSeen } = historyOf(message);
  const shared = { id: `${key}@${queue}`, queue, problem, attempts, firstSeen: firstSeen ?? deadAt, deadAt };
  return { ...shared, ...(stack !== undefined && { stack }), ...contentOf(message) };
}

function contentOf({ content }: Buried): { event: CloudEvent } | { body: string } {
  try {
    return { event: parseCloudEvent(content) };
  } catch {
    return { body: content.toString("utf8") };
  }
}

// The broker gives up a message by itself when nobody settled it for too many deliveries; it gives no reason in words.
function deathByBroker(queue: string, message: Buried) {
  const { reason, deadAt } = brokerDeathOf(message);
  const problem: Problem = {
    code: "DEAD_LETTERED_BY_BROKER",
    where: queue,
    message: `the broker gave the message up (${reason}) after ${earlierDeliveriesOf(message)} deliveries.`,
    remedy: "Look why the consumer ended without settling it, then replay the dead letter.",
  };
  const key = shortDigestOf({
    messageId: message.properties.messageId ?? null,
    body: message.content.toString("base64"),
  });
  return { key, problem, stack: undefined, deadAt: deadAt ?? new Date(0) };
}
