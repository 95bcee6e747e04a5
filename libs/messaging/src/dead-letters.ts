import {
  deadLetterQueueName,
  parseCloudEvent,
  shortDigestOf,
  type CloudEvent,
  type Problem,
} from "@millrace/contracts";
import type { Channel, ChannelModel, GetMessage, Message } from "amqplib";
import { setTimeout as wait } from "node:timers/promises";
import type { DeadLetter, DeadLetters } from "./bus.js";
import { brokerDeathOf, deathOf, earlierDeliveriesOf, historyOf, withHistory } from "./message-headers.js";
import type { Publisher } from "./publisher.js";

const LIST_LIMIT = 100;
const PUT_BACK_MS = 5_000;

export interface DeadLettersOptions {
  queues: readonly string[];
  connected(): Promise<ChannelModel>;
  publisher: Publisher;
  clock: () => Date;
}

type Buried = Pick<Message, "content" | "properties">;
type Visited = "kept" | "taken";

/**
 * Reads dead-letter queues by taking messages and giving them back. Each reading takes all of a queue: a quorum queue puts
 * what comes back behind what came back before, so only a whole turn keeps the order.
 */
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
      await browse(name, async (message) => {
        if (letters.length < limit) letters.push(letterOf(name, message));
        return "kept";
      });
    }
    return letters;
  }

  /** Shows every message of the queue to `visit`; those that it does not take go back. */
  async function browse(queue: string, visit: (message: GetMessage) => Promise<Visited>): Promise<void> {
    const channel = await (await connected()).createChannel();
    channel.on("error", () => {});
    try {
      let kept = 0;
      for (let message = await take(channel, queue); message; message = await take(channel, queue)) {
        if ((await visit(message)) === "taken") channel.ack(message);
        else kept += 1;
      }
      await putBack(channel, queue, kept);
    } finally {
      await channel.close().catch(() => undefined);
    }
  }

  async function find<T>(id: string, act: (message: GetMessage, queue: string) => Promise<[Visited, T]>) {
    const queue = id.slice(id.indexOf("@") + 1);
    if (!queues.includes(queue)) return undefined;
    let result: T | undefined;
    await browse(queue, async (message) => {
      if (result !== undefined || letterOf(queue, message).id !== id) return "kept";
      const [visited, found] = await act(message, queue);
      result = found;
      return visited;
    });
    return result;
  }

  async function resend(message: GetMessage, queue: string): Promise<[Visited, true]> {
    const { contentType, messageId } = message.properties;
    const { firstSeen } = historyOf(message);
    const history = { attempts: 0, outages: 0, firstSeen, enqueuedAt: clock() };
    const options = { persistent: true, mandatory: true, contentType, messageId, headers: withHistory(history) };
    await publisher.send({ exchange: "", routingKey: queue, body: message.content, options });
    return ["taken", true];
  }

  return {
    list: (options) => inTurn(() => list(options)),
    show: (id) => inTurn(() => find(id, async (message, queue) => ["kept", letterOf(queue, message)])),
    replay: (id) => inTurn(async () => (await find(id, resend)) ?? false),
    drop: (id) => inTurn(async () => (await find(id, async () => ["taken", true])) ?? false),
  };
}

const take = (channel: Channel, queue: string) => channel.get(deadLetterQueueName(queue));

// A quorum queue has them back some time after it was told to: a reader that comes earlier would miss them.
async function putBack(channel: Channel, queue: string, count: number): Promise<void> {
  channel.nackAll(true);
  const dead = deadLetterQueueName(queue);
  const isBack = async () => (await channel.checkQueue(dead)).messageCount >= count;
  for (const deadline = Date.now() + PUT_BACK_MS; !(await isBack()) && Date.now() < deadline;) await wait(1);
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
