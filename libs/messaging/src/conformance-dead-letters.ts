import { Reject } from "@millrace/contracts";
import type { Bus, DeadLetter } from "./bus.js";
import { eventually, recorder, type Setting } from "./conformance-setting.js";

const refusal = { code: "BAD_DATA", message: "no rows.", where: "data.csv", remedy: "Send rows." };

const rejectAll = async () => {
  throw new Reject(refusal);
};

async function bury(setting: Setting, bus: Bus, count: number): Promise<DeadLetter[]> {
  const consumption = await bus.consume(setting.queue, rejectAll, { prefetch: 1 });
  for (let number = 0; number < count; number += 1) await bus.publish(setting.event(number));
  await eventually(`${count} dead letters`, async () => (await bus.deadLetters.list()).length === count);
  await consumption.cancel();
  return bus.deadLetters.list();
}

export function deadLetterConformance(setting: () => Setting): void {
  it("keeps the event, the problem with all its fields, the stack and the times", async () => {
    const now = new Date("2030-01-02T03:04:05.678Z");
    const told: DeadLetter[] = [];
    const bus = await setting().open({ clock: () => now, on: { deadLettered: (letter) => told.push(letter) } });
    const [letter] = await bury(setting(), bus, 1);
    expect(letter).toEqual({
      id: expect.stringMatching(new RegExp(`^[0-9a-f-]{36}@${setting().queue}$`)),
      queue: setting().queue,
      event: expect.objectContaining({ type: setting().type, data: 0 }),
      problem: refusal,
      stack: expect.stringContaining("conformance-dead-letters"),
      attempts: 1,
      firstSeen: now,
      deadAt: now,
    });
    expect(told).toEqual([letter]);
    expect(await bus.deadLetters.show(letter!.id)).toEqual(letter);
  });

  it("lists without losing or reordering, however often", async () => {
    const bus = await setting().open();
    await bury(setting(), bus, 8);
    const numbers = async (limit: number) => (await bus.deadLetters.list({ limit })).map(({ event }) => event?.data);
    for (const limit of [3, 5, 1, 8, 4]) expect(await numbers(limit)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].slice(0, limit));
    const other = await setting().open();
    expect(await other.deadLetters.list({ queue: setting().queue })).toHaveLength(8);
    for (let time = 0; time < 25; time += 1) await bus.deadLetters.list();
    expect(await numbers(100)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("replays one from the middle as if it were new, and leaves the others in order", async () => {
    const bus = await setting().open();
    const letters = await bury(setting(), bus, 4);
    const { deliveries, handler } = recorder();
    await bus.consume(setting().queue, handler);
    expect(await bus.deadLetters.replay(letters[2]!.id)).toBe(true);
    await eventually("the replay", () => deliveries.length === 1);
    const { event, firstSeen } = letters[2]!;
    expect(deliveries[0]).toMatchObject({ event, firstSeen, attempt: 1, queue: setting().queue });
    expect((await bus.deadLetters.list()).map(({ event: left }) => left?.data)).toEqual([0, 1, 3]);
    expect(await bus.deadLetters.replay(letters[2]!.id)).toBe(false);
  });

  it("drops one, and knows nothing of it afterwards", async () => {
    const bus = await setting().open();
    const letters = await bury(setting(), bus, 3);
    expect(await bus.deadLetters.drop(letters[0]!.id)).toBe(true);
    expect(await bus.deadLetters.drop(letters[0]!.id)).toBe(false);
    expect(await bus.deadLetters.show(letters[0]!.id)).toBeUndefined();
    expect(await bus.deadLetters.drop("nothing@nowhere")).toBe(false);
    expect((await bus.deadLetters.list()).map(({ event }) => event?.data)).toEqual([1, 2]);
  });

  it("takes what is no JSON or no event at once, and shows it as it came", async () => {
    const bus = await setting().open();
    const { deliveries, handler } = recorder();
    await bus.consume(setting().queue, handler);
    const channel = await setting().raw();
    channel.publish(setting().topology.exchange, setting().type, Buffer.from("no json"));
    channel.publish(setting().topology.exchange, setting().type, Buffer.from(`{"specversion":"1.0"}`));
    await eventually("both", async () => (await bus.deadLetters.list()).length === 2);
    const letters = await bus.deadLetters.list();
    expect(letters.map(({ body, problem }) => [problem.code, body]).toSorted()).toEqual([
      ["EVENT_MALFORMED", `{"specversion":"1.0"}`],
      ["EVENT_NOT_JSON", "no json"],
    ]);
    expect(deliveries).toEqual([]);
  });

  it("takes what was delivered ten times and never settled, before it kills another consumer", async () => {
    const bus = await setting().open();
    const { deliveries, handler } = recorder();
    await bus.consume(setting().queue, handler);
    const channel = await setting().raw();
    const body = Buffer.from(JSON.stringify(setting().event()));
    channel.publish(setting().topology.exchange, setting().type, body, { headers: { "x-delivery-count": 10 } });
    await eventually("the dead letter", async () => (await bus.deadLetters.list()).length === 1);
    expect(await bus.deadLetters.list()).toMatchObject([{ problem: { code: "DELIVERED_TOO_OFTEN" } }]);
    expect(deliveries).toEqual([]);
  });
}
