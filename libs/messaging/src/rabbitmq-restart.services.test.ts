import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { amqplibDriver } from "./amqplib-driver.js";
import { eventually, recorder, settingOf } from "./conformance-setting.js";

// A broker of its own: the one that other tests share must not be stopped under them.
const PORT = 5693;
const script = resolve(__dirname, "../../../scripts/services/rabbitmq.sh");
const url = `amqp://guest:guest@127.0.0.1:${PORT}`;
const subject = { driver: amqplibDriver({ url, name: "test" }), config: { url } };

describe("the bus, when RabbitMQ is restarted", () => {
  let folder: string;
  const broker = (verb: string) => {
    const settings = { MILLRACE_RABBITMQ_PORT: `${PORT}`, MILLRACE_RABBITMQ_MANAGEMENT_PORT: `${PORT + 10_000}` };
    const env = { ...process.env, ...settings, MILLRACE_SERVICES_DIR: folder };
    return promisify(execFile)("bash", [script, verb], { env });
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-rabbitmq-"));
    await broker("start");
  }, 120_000);

  afterAll(async () => {
    await broker("stop");
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it("loses nothing: what waits, what is to be retried, what is dead, and what is published meanwhile", async () => {
    const setting = settingOf(subject);
    const bus = await setting.open({ confirmTimeoutMs: 90_000 });
    const { deliveries, handler } = recorder(({ event, attempt }) => {
      if (event.data === "bad") throw new SyntaxError("bad");
      if (event.data === "retried" && attempt === 1) throw new Error("once");
    });
    const first = await bus.consume(setting.queue, handler);
    await bus.publish(setting.event("bad"));
    await eventually("the dead letter", async () => (await bus.deadLetters.list()).length === 1);
    await first.cancel();
    await bus.publish(setting.event("waits"));
    await broker("stop");
    await eventually("the loss to be seen", () => !bus.health().up);
    const published = [bus.publish(setting.event("meanwhile")), bus.publish(setting.event("retried"))];
    await bus.consume(setting.queue, handler);
    await broker("start");
    await Promise.all(published);
    const seen = () => deliveries.map(({ event }) => event.data).filter((data) => data !== "bad");
    await eventually("all of it", () => seen().length >= 4, 60_000);
    expect(seen().toSorted()).toEqual(["meanwhile", "retried", "retried", "waits"]);
    expect(await bus.deadLetters.list()).toMatchObject([{ event: { data: "bad" }, attempts: 5 }]);
    await setting.clear();
  }, 180_000);
});
