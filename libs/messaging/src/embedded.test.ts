import { randomUUID } from "node:crypto";
import { busConformance } from "./conformance.js";
import { eventually, recorder, settingOf } from "./conformance-setting.js";
import { embeddedDriver, stopEmbeddedBroker } from "./embedded-driver.js";

const embeddedName = randomUUID();
const subject = { driver: embeddedDriver(embeddedName), config: { embeddedName } };

afterAll(() => stopEmbeddedBroker(embeddedName));

describe("the bus on the embedded broker", () => {
  busConformance(subject);

  it("loses what it held when its broker is stopped, and goes on with the next one", async () => {
    const setting = settingOf(subject);
    const connected: string[] = [];
    const { deliveries, handler } = recorder();
    const bus = await setting.open();
    await bus.publish(setting.event("lost"));
    await stopEmbeddedBroker(embeddedName);
    await eventually("the loss to be seen", () => !bus.health().up);
    await bus.consume(setting.queue, handler);
    await bus.listen([setting.type], () => {}, { onConnect: () => void connected.push("again") });
    await bus.publish(setting.event("kept"));
    await eventually("the delivery", () => deliveries.length === 1);
    expect(deliveries[0]!.event.data).toBe("kept");
    await stopEmbeddedBroker(embeddedName);
    await eventually("the second subscription", () => connected.length === 2);
    await setting.clear();
  });

  it("keeps brokers of different names apart", async () => {
    const setting = settingOf(subject);
    const { deliveries, handler } = recorder();
    const other = await setting.open({ embeddedName: `${embeddedName} 2` });
    await other.consume(setting.queue, handler);
    const bus = await setting.open();
    await bus.publish(setting.event());
    await eventually("its own queue to hold it", async () => (await bus.depths())[0]!.ready === 1);
    expect(deliveries).toEqual([]);
    await setting.clear();
    await stopEmbeddedBroker(`${embeddedName} 2`);
  });
});
