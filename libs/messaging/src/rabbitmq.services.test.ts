import { amqplibDriver } from "./amqplib-driver.js";
import { busConformance } from "./conformance.js";
import { eventually, recorder, settingOf, type Setting } from "./conformance-setting.js";
import { openTcpProxy, type TcpProxy } from "./tcp-proxy.js";

const url = process.env.RABBITMQ_URL!;
const management = process.env.RABBITMQ_MANAGEMENT_URL!;
const subject = { driver: amqplibDriver({ url, name: "test" }), config: { url } };

describe("the bus on RabbitMQ", () => {
  busConformance(subject);
  describe("when the network or the broker fails", faults);
  describe("when a consumer dies again and again", crashLoops);
});

function faults(): void {
  let setting: Setting;
  let proxy: TcpProxy;
  beforeEach(async () => {
    setting = settingOf(subject);
    proxy = await openTcpProxy(url);
  });
  afterEach(async () => {
    await setting.clear();
    await proxy.down();
  });

  it("publishes again what was under way when the connection died: nothing is lost", async () => {
    const numbers = new Set<unknown>();
    const consumer = await setting.open();
    await consumer.consume(setting.queue, async ({ event }) => void numbers.add(event.data), { prefetch: 100 });
    const bus = await setting.open({ url: proxy.url });
    const published: Promise<void>[] = [];
    for (let number = 0; number < 3_000; number += 1) {
      published.push(bus.publish(setting.event(number)));
      if (number % 1_000 === 500) await Promise.race([published[number - 300], published.at(-1)]).then(proxy.cut);
    }
    await Promise.all(published);
    await eventually("all of them", () => numbers.size === 3_000);
  });

  it("consumes and listens again after its connections died, and tells so", async () => {
    const told: string[] = [];
    const connection = (role: string, up: boolean) => told.push(`${role} ${up ? "up" : "down"}`);
    const bus = await setting.open({ url: proxy.url, on: { connection } });
    const { deliveries, handler } = recorder();
    const heard: unknown[] = [];
    let subscribed = 0;
    await bus.consume(setting.queue, handler);
    const onConnect = () => void (subscribed += 1);
    await bus.listen([setting.type], ({ data }) => void heard.push(data), { onConnect });
    proxy.cut();
    await eventually("the second subscription", () => subscribed === 2);
    await bus.publish(setting.event("after"));
    await eventually("both", () => deliveries.length === 1 && heard.length === 1);
    for (const role of ["publish", "consume"]) {
      expect(told.filter((line) => line.startsWith(role))).toEqual([`${role} up`, `${role} down`, `${role} up`]);
    }
  });

  it("comes back when the operator closes its connection", async () => {
    const bus = await setting.open({ instance: setting.type });
    const { deliveries, handler } = recorder();
    await bus.consume(setting.queue, handler);
    await eventually("the connection to be closed", () => closeConnection(`worker ${setting.type} consume`));
    await eventually("the loss to be seen", () => !bus.health().up);
    expect(bus.health().detail).toMatch(/CONNECTION_FORCED|closed/);
    await bus.publish(setting.event());
    await eventually("the delivery", () => deliveries.length === 1);
    await eventually("health", () => bus.health().up);
  });

  it("starts while the broker is down, says so, and works when it is up", async () => {
    await proxy.down();
    const bus = await setting.open({ url: proxy.url, confirmTimeoutMs: 300 });
    const { deliveries, handler } = recorder();
    await bus.consume(setting.queue, handler);
    await expect(bus.publish(setting.event("too early"))).rejects.toMatchObject({
      code: "PUBLISH_TIMEOUT",
      dependency: "broker",
      problem: { message: expect.stringContaining("ECONNREFUSED") },
    });
    expect(bus.health()).toMatchObject({ up: false, detail: expect.stringContaining("ECONNREFUSED") });
    await proxy.up();
    await eventually("health", () => bus.health().up);
    await bus.publish(setting.event("now"));
    await eventually("the delivery", () => deliveries.length === 1);
    expect(deliveries[0]!.event.data).toBe("now");
  });

  it("waits with a publish for a connection that comes within the limit", async () => {
    await proxy.down();
    const bus = await setting.open({ url: proxy.url });
    const published = bus.publish(setting.event());
    await proxy.up();
    await published;
    await eventually("the message", async () => (await bus.depths())[0]!.ready === 1);
  });

  it("gives a publish up that nobody confirms in time", async () => {
    const bus = await setting.open({ url: proxy.url, confirmTimeoutMs: 200 });
    await eventually("the connection", () => bus.health().up);
    proxy.swallow();
    await expect(bus.publish(setting.event())).rejects.toMatchObject({ code: "PUBLISH_TIMEOUT" });
    proxy.cut();
  });

  it("makes a deleted queue again and consumes from it", async () => {
    const bus = await setting.open();
    const { deliveries, handler } = recorder();
    await bus.consume(setting.queue, handler);
    await (await setting.raw()).deleteQueue(setting.queue);
    const published = () =>
      bus.publish(setting.event()).then(
        () => true,
        () => false,
      );
    await eventually("the queue to take it", published);
    await eventually("the delivery", () => deliveries.length === 1);
  });

  it("makes a deleted retry queue again before it lets go of the message", async () => {
    const bus = await setting.open();
    const { deliveries, handler } = recorder(({ attempt }) => {
      if (attempt === 1) throw new Error("once");
    });
    await eventually("the connection", () => bus.health().up);
    await (await setting.raw()).deleteQueue(`${setting.queue}.retry.20ms`);
    await bus.consume(setting.queue, handler);
    await bus.publish(setting.event());
    await eventually("the second attempt", () => deliveries.length === 2);
    expect(deliveries[1]).toMatchObject({ attempt: 2, redelivered: false });
  });

  it("opens the publishing channel again that the broker closed, and publishes what was under way", async () => {
    const bus = await setting.open();
    await bus.publish(setting.event());
    await (await setting.raw()).deleteExchange(setting.topology.exchange);
    await bus.publish(setting.event());
    await eventually("both", async () => (await bus.depths())[0]!.ready === 2);
  });

  it("opens the consuming channel again that the broker closed, until the queue is free", async () => {
    const other = await setting.raw();
    const bus = await setting.open();
    await eventually("the connection", () => bus.health().up);
    const { consumerTag } = await other.consume(setting.queue, () => {}, { exclusive: true });
    const { deliveries, handler } = recorder();
    await bus.consume(setting.queue, handler);
    await other.cancel(consumerTag);
    await bus.publish(setting.event());
    await eventually("the delivery", () => deliveries.length === 1);
  });
}

function crashLoops(): void {
  let setting: Setting;
  beforeEach(() => (setting = settingOf(subject)));
  afterEach(() => setting.clear());

  // What a process does that dies over a message: it takes it, and its channel is gone.
  async function die(times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      const channel = await setting.raw();
      await eventually("the message", async () => (await channel.get(setting.queue)) !== false);
      await channel.close();
    }
  }

  it("is dead-lettered by the bus at the eleventh delivery, with a reason", async () => {
    const bus = await setting.open();
    await bus.publish(setting.event("poison"));
    await die(10);
    const { deliveries, handler } = recorder();
    await bus.consume(setting.queue, handler);
    await eventually("the dead letter", async () => (await bus.deadLetters.list()).length === 1);
    const expected = { event: { data: "poison" }, problem: { code: "DELIVERED_TOO_OFTEN" } };
    expect(await bus.deadLetters.list()).toMatchObject([expected]);
    expect(deliveries).toEqual([]);
  });

  it("is dead-lettered by the broker when no bus was there to do it, and can be replayed", async () => {
    const bus = await setting.open();
    await bus.publish(setting.event("poison"));
    await die(21);
    await eventually("the dead letter", async () => (await bus.deadLetters.list()).length === 1);
    const [letter] = await bus.deadLetters.list();
    expect(letter).toMatchObject({ event: { data: "poison" }, problem: { code: "DEAD_LETTERED_BY_BROKER" } });
    expect(letter!.problem.message).toContain("delivery_limit");
    const { deliveries, handler } = recorder();
    await bus.consume(setting.queue, handler);
    expect(await bus.deadLetters.replay(letter!.id)).toBe(true);
    await eventually("the replay", () => deliveries.length === 1);
    expect(await bus.deadLetters.list()).toEqual([]);
  });
}

async function closeConnection(name: string): Promise<boolean> {
  const { username, password, origin } = new URL(management);
  const headers = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
  const response = await fetch(`${origin}/api/connections`, { headers });
  const connections = (await response.json()) as { name: string; user_provided_name?: string }[];
  const found = connections.find((each) => each.user_provided_name === name);
  if (!found) return false;
  const path = `/api/connections/${encodeURIComponent(found.name)}`;
  return (await fetch(`${origin}${path}`, { method: "DELETE", headers })).ok;
}
