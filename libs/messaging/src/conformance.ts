import type { Bus } from "./bus.js";
import { deadLetterConformance } from "./conformance-dead-letters.js";
import { retryConformance } from "./conformance-retries.js";
import { eventually, recorder, settingOf, type Setting, type Subject } from "./conformance-setting.js";
import { CONFIRM_WINDOW } from "./publisher.js";

/** What a bus does, whatever broker is behind it. */
export function busConformance(subject: Subject): void {
  let setting: Setting;
  beforeEach(() => (setting = settingOf(subject)));
  afterEach(() => setting.clear());

  describe("publishing and consuming", () => publishAndConsume(() => setting));
  describe("broadcasting", () => broadcasting(() => setting));
  describe("closing", () => closing(() => setting));
  describe("retrying", () => retryConformance(() => setting));
  describe("dead letters", () => deadLetterConformance(() => setting));
}

function publishAndConsume(setting: () => Setting): void {
  it("delivers an event as it was published, with when it was published", async () => {
    const published = new Date("2030-01-02T03:04:05.678Z");
    const bus = await setting().open({ clock: () => published });
    const { deliveries, handler } = recorder();
    await bus.consume(setting().queue, handler);
    const event = { ...setting().event({ rows: 3 }), traceparent: "00-1-2-01", unknownField: ["kept"] };
    await bus.publish(event);
    await eventually("the delivery", () => deliveries.length === 1);
    const { queue } = setting();
    const expected = { event, attempt: 1, queue, redelivered: false, firstSeen: published, enqueuedAt: published };
    expect(deliveries[0]).toEqual(expected);
  });

  it("keeps an event for a consumer that comes later", async () => {
    const publisher = await setting().open();
    await publisher.publish(setting().event());
    await publisher.close();
    const { deliveries, handler } = recorder();
    await (await setting().open()).consume(setting().queue, handler);
    await eventually("the delivery", () => deliveries.length === 1);
  });

  it("gives each event to exactly one of two competing consumers", async () => {
    const [one, two] = [recorder(), recorder()];
    const first = await setting().open();
    await first.consume(setting().queue, one.handler, { prefetch: 1 });
    await (await setting().open()).consume(setting().queue, two.handler, { prefetch: 1 });
    const events = Array.from({ length: 100 }, (_, number) => setting().event(number));
    await Promise.all(events.map((event) => first.publish(event)));
    await eventually("all deliveries", () => one.deliveries.length + two.deliveries.length >= 100);
    const seen = [...one.deliveries, ...two.deliveries].map(({ event }) => event.id);
    expect(seen.toSorted()).toEqual(events.map(({ id }) => id).toSorted());
    expect(Math.min(one.deliveries.length, two.deliveries.length)).toBeGreaterThan(0);
  });

  it("takes what others publish to an exchange of its own, and buries what can't be made an event", async () => {
    const { type, queue: name } = setting();
    const more = { name: `${name}.others`, routingKey: "#", service: "worker", exchange: `${type}.others` };
    const bus = await setting().openWith(more);
    const { deliveries, handler } = recorder();
    const parse = (content: Uint8Array) => setting().event(JSON.parse(Buffer.from(content).toString()));
    await bus.consume(more.name, handler, { parse });
    const channel = await setting().raw();
    channel.publish(more.exchange, "s3", Buffer.from('{"Records":[]}'));
    await eventually("the delivery", () => deliveries.length === 1);
    expect(deliveries[0]!.event.data).toEqual({ Records: [] });
    channel.publish(more.exchange, "s3", Buffer.from("no JSON"));
    await eventually("the dead letter", async () => (await bus.deadLetters.list({ queue: more.name })).length === 1);
  });

  it("publishes to a queue with an exchange of its own, and to no other", async () => {
    const { type, queue: name } = setting();
    const more = { name: `${name}.jobs`, routingKey: "#", service: "worker", exchange: `${type}.jobs` };
    const bus = await setting().openWith(more);
    const [jobs, others] = [recorder(), recorder()];
    await bus.consume(more.name, jobs.handler);
    await bus.consume(name, others.handler);
    await bus.publish({ ...setting().event({ job: 1 }), type: "a.job" }, { exchange: more.exchange });
    await bus.publish(setting().event({ job: 2 }));
    await eventually("both", () => jobs.deliveries.length + others.deliveries.length === 2);
    expect(jobs.deliveries.map(({ event }) => event.data)).toEqual([{ job: 1 }]);
    expect(others.deliveries.map(({ event }) => event.data)).toEqual([{ job: 2 }]);
  });

  it("rejects an event that no queue takes, with a code and the routing key", async () => {
    const bus = await setting().open();
    const lost = { ...setting().event(), type: "nobody.listens" };
    await expect(bus.publish(lost)).rejects.toMatchObject({
      code: "PUBLISH_UNROUTABLE",
      problem: { where: expect.stringContaining("nobody.listens") },
    });
    await expect(bus.publish(setting().event())).resolves.toBeUndefined();
  });

  it("lets a transient event go where nobody takes it, and delivers it where somebody does", async () => {
    const bus = await setting().open();
    const { deliveries, handler } = recorder();
    await bus.consume(setting().queue, handler);
    await bus.publish({ ...setting().event(), type: "nobody.listens" }, { transient: true });
    await bus.publish(setting().event("progress"), { transient: true });
    await eventually("the delivery", () => deliveries[0]?.event.data === "progress");
  });

  it("loses none of 5,000 events that are published at once, more than the window of confirms holds", async () => {
    const bus = await setting().open();
    const numbers = new Set<unknown>();
    await bus.consume(setting().queue, async ({ event }) => void numbers.add(event.data), { prefetch: 200 });
    expect(5_000).toBeGreaterThan(CONFIRM_WINDOW);
    await Promise.all(Array.from({ length: 5_000 }, (_, number) => bus.publish(setting().event(number))));
    await eventually("all 5,000", () => numbers.size === 5_000);
  });

  it("counts what waits in a queue", async () => {
    const bus = await setting().open();
    await bus.publish(setting().event());
    await bus.publish(setting().event());
    const expected = [{ queue: setting().queue, ready: 2, retrying: 0, dead: 0 }];
    await eventually("the count", async () => JSON.stringify(await bus.depths()) === JSON.stringify(expected));
  });

  it("says that it is up", async () => {
    const bus = await setting().open();
    await eventually("health", () => bus.health().up);
    expect(bus.health()).toMatchObject({ name: "broker", since: expect.any(Date) });
  });
}

function broadcasting(setting: () => Setting): void {
  it("tells every instance, once it is connected, and nobody after cancelling", async () => {
    const heard: string[] = [];
    const buses = await Promise.all([setting().open(), setting().open()]);
    const listen = (bus: Bus, name: string) =>
      bus.listen([setting().type, "other.#"], (event) => void heard.push(`${name} ${String(event.data)}`), {
        onConnect: () => void heard.push(`${name} connected`),
      });
    const [first] = await Promise.all(buses.map((bus, number) => listen(bus, `bus ${number}`)));
    await buses[0]!.publish(setting().event("promoted"));
    await eventually("both", () => heard.length === 4);
    expect(heard.toSorted()).toEqual(["bus 0 connected", "bus 0 promoted", "bus 1 connected", "bus 1 promoted"]);
    await first!.cancel();
    await buses[0]!.publish(setting().event("again"));
    await eventually("the second", () => heard.includes("bus 1 again"));
    expect(heard).not.toContain("bus 0 again");
  });

  it("goes on after a listener has thrown, in the order of publishing", async () => {
    const heard: unknown[] = [];
    const failed: unknown[] = [];
    const bus = await setting().open({ on: { listenerFailed: (_type, error) => failed.push(error) } });
    await bus.listen([setting().type], async ({ data }) => {
      heard.push(data);
      if (data === 1) throw new Error("listener broke");
    });
    for (const data of [1, 2, 3]) await bus.publish(setting().event(data));
    await eventually("all three", () => heard.length === 3);
    expect(heard).toEqual([1, 2, 3]);
    expect(failed).toEqual([new Error("listener broke")]);
  });

  it("subscribes again when onConnect failed, until the state could be read", async () => {
    let reads = 0;
    const bus = await setting().open();
    const onConnect = () => {
      reads += 1;
      if (reads < 3) throw new Error("store is down");
    };
    const heard: unknown[] = [];
    await bus.listen([setting().type], ({ data }) => void heard.push(data), { onConnect });
    await eventually("the third read", () => reads === 3);
    await bus.publish(setting().event("after"));
    await eventually("the event", () => heard.includes("after"));
  });
}

function closing(setting: () => Setting): void {
  it("lets a handler in hand finish, and takes nothing new meanwhile", async () => {
    let finish = () => {};
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const bus = await setting().open();
    const { deliveries, handler } = recorder(() => gate);
    await bus.consume(setting().queue, handler, { prefetch: 1 });
    await bus.publish(setting().event("in hand"));
    await bus.publish(setting().event("waits"));
    await eventually("the first", () => deliveries.length === 1);
    const closed = bus.close({ drainMs: 10_000 });
    finish();
    await closed;
    expect(deliveries).toHaveLength(1);
    const next = recorder();
    await (await setting().open()).consume(setting().queue, next.handler);
    await eventually("the second", () => next.deliveries.length === 1);
    expect(next.deliveries[0]!.event.data).toBe("waits");
  });

  it("gives back what is not finished in time", async () => {
    const bus = await setting().open();
    const { deliveries, handler } = recorder(() => new Promise(() => {}));
    await bus.consume(setting().queue, handler);
    await bus.publish(setting().event("stuck"));
    await eventually("the first", () => deliveries.length === 1);
    await bus.close({ drainMs: 20 });
    const next = recorder();
    await (await setting().open()).consume(setting().queue, next.handler);
    await eventually("the redelivery", () => next.deliveries.length === 1);
    expect(next.deliveries[0]).toMatchObject({ redelivered: true, event: { data: "stuck" } });
  });

  it("flushes what was published, and refuses what comes after", async () => {
    const bus = await setting().open();
    const published = Array.from({ length: 50 }, (_, number) => bus.publish(setting().event(number)));
    await eventually("the connection", () => bus.health().up);
    await bus.close();
    await Promise.all(published);
    await expect(bus.publish(setting().event())).rejects.toMatchObject({ code: "PUBLISH_REFUSED" });
  });
}
