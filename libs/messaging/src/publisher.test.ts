import type { ConfirmChannel } from "amqplib";
import { EventEmitter } from "node:events";
import { CONFIRM_WINDOW, openPublisher, type Outgoing } from "./publisher.js";

type Confirm = (error: Error | null) => void;

/** A channel that does nothing until the test says what the broker answers. */
function fakeChannel() {
  const published: { key: string; id: string; confirm: Confirm }[] = [];
  const answers = { accepting: true, open: true };
  const publish = (
    _exchange: string,
    key: string,
    _body: Buffer,
    options: { correlationId: string },
    confirm: Confirm,
  ) => {
    if (!answers.open) throw new Error("Channel closed");
    published.push({ key, id: options.correlationId, confirm });
    return answers.accepting;
  };
  const channel = Object.assign(new EventEmitter(), { publish });
  const keys = () => published.map(({ key }) => key);
  return { channel: channel as unknown as ConfirmChannel & EventEmitter, published, answers, keys };
}

const message = (routingKey: string): Outgoing => ({
  exchange: "events",
  routingKey,
  body: Buffer.from("{}"),
  options: {},
});
const opened = (confirmTimeoutMs = 10_000) => openPublisher({ confirmTimeoutMs, linkDetail: () => "no route" });

describe("the publisher", () => {
  it("sends no more than its window before something is confirmed", async () => {
    const publisher = opened();
    const { channel, published } = fakeChannel();
    publisher.attach(channel);
    const sent = Array.from({ length: CONFIRM_WINDOW + 5 }, (_, number) => publisher.send(message(`k${number}`)));
    expect(published).toHaveLength(CONFIRM_WINDOW);
    published[0]!.confirm(null);
    published[7]!.confirm(null);
    expect(published).toHaveLength(CONFIRM_WINDOW + 2);
    for (let next = 0; next < published.length; next += 1) published[next]!.confirm(null);
    await Promise.all(sent);
    publisher.close();
  });

  it("stops writing when the connection is full, and goes on when it has drained", async () => {
    const publisher = opened();
    const { channel, keys, answers } = fakeChannel();
    publisher.attach(channel);
    answers.accepting = false;
    for (const key of ["a", "b", "c"]) publisher.send(message(key)).catch(() => {});
    expect(keys()).toEqual(["a"]);
    answers.accepting = true;
    channel.emit("drain");
    expect(keys()).toEqual(["a", "b", "c"]);
    publisher.close();
  });

  it("sends again, first and in order, what was not confirmed when the channel ended, and nothing that was", async () => {
    const publisher = opened();
    const [first, second] = [fakeChannel(), fakeChannel()];
    publisher.attach(first.channel);
    const sent = ["a", "b", "c"].map((key) => publisher.send(message(key)));
    first.published[1]!.confirm(null);
    first.published[0]!.confirm(new Error("channel closed"));
    first.answers.open = false;
    sent.push(publisher.send(message("d")));
    publisher.detach();
    publisher.attach(second.channel);
    expect(second.keys()).toEqual(["a", "c", "d"]);
    first.published[2]!.confirm(null);
    for (const { confirm } of second.published) confirm(null);
    await Promise.all(sent);
    publisher.close();
  });

  it("says what the broker refused and what no queue took", async () => {
    const publisher = opened();
    const { channel, published } = fakeChannel();
    publisher.attach(channel);
    const [refused, returned, taken] = ["a", "b", "c"].map((key) => publisher.send(message(key)));
    channel.emit("return", { properties: { correlationId: published[1]!.id } });
    channel.emit("return", { properties: { correlationId: `other.${published[2]!.id}` } });
    published[0]!.confirm(new Error("message nacked"));
    published[1]!.confirm(null);
    published[2]!.confirm(null);
    await expect(refused).rejects.toMatchObject({ code: "PUBLISH_REFUSED", dependency: "broker" });
    await expect(returned).rejects.toMatchObject({
      code: "PUBLISH_UNROUTABLE",
      problem: { where: "exchange events, routing key b" },
    });
    await expect(taken).resolves.toBeUndefined();
    publisher.close();
  });

  it("gives up in time, says why, and does not send it later", async () => {
    const publisher = opened(40);
    await expect(publisher.send(message("a"))).rejects.toMatchObject({
      code: "PUBLISH_TIMEOUT",
      problem: { message: "no connection to the broker (no route) within 40 ms." },
    });
    const { channel, keys } = fakeChannel();
    publisher.attach(channel);
    await expect(publisher.send(message("b"))).rejects.toMatchObject({
      problem: { message: "no confirm within 40 ms." },
    });
    publisher.detach();
    const next = fakeChannel();
    publisher.attach(next.channel);
    expect([keys(), next.keys()]).toEqual([["b"], []]);
    publisher.close();
  });

  it("is idle only when everything is answered", async () => {
    const publisher = opened();
    const { channel, published } = fakeChannel();
    publisher.attach(channel);
    const order: string[] = [];
    void publisher.send(message("a")).then(() => order.push("confirmed"));
    const idle = publisher.idle().then(() => order.push("idle"));
    published[0]!.confirm(null);
    await idle;
    expect(order).toEqual(["confirmed", "idle"]);
    publisher.close();
  });
});
