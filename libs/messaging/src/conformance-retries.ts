import { ProblemError, Reject, Retry } from "@millrace/contracts";
import { eventually, recorder, SHORT_LADDER, type Setting } from "./conformance-setting.js";

export function retryConformance(setting: () => Setting): void {
  it("tries again later, one rung after another, and tells the attempt and when it was first seen", async () => {
    const times: number[] = [];
    const bus = await setting().open();
    const { deliveries, handler } = recorder(({ attempt }) => {
      times.push(performance.now());
      if (attempt < 4) throw new Retry({ code: "STORE_SLOW", message: "the store is slow." });
    });
    await bus.consume(setting().queue, handler);
    await bus.publish(setting().event());
    await eventually("the fourth attempt", () => deliveries.length === 4);
    expect(deliveries.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    expect(new Set(deliveries.map(({ firstSeen }) => firstSeen.getTime())).size).toBe(1);
    const waits = times.slice(1).map((time, index) => time - times[index]!);
    SHORT_LADDER.forEach(({ ms }, rung) => expect(waits[rung]).toBeGreaterThanOrEqual(ms - 2));
    expect(deliveries[3]!.enqueuedAt!.getTime()).toBeGreaterThan(deliveries[0]!.enqueuedAt!.getTime());
  });

  it("dead-letters after the fifth attempt, with the problem, the stack and the attempts", async () => {
    const outcomes: string[] = [];
    const bus = await setting().open({
      on: { outcome: (_queue, _type, outcome, attempt) => outcomes.push(`${outcome} ${attempt}`) },
    });
    const { deliveries, handler } = recorder(() => {
      throw new TypeError("x is not a function");
    });
    await bus.consume(setting().queue, handler);
    await bus.publish(setting().event());
    await eventually("the dead letter", async () => (await bus.deadLetters.list()).length === 1);
    const [letter] = await bus.deadLetters.list();
    expect(deliveries).toHaveLength(5);
    expect(outcomes).toEqual(["retried 1", "retried 2", "retried 3", "retried 4", "rejected 5"]);
    expect(letter).toMatchObject({ attempts: 5, problem: { code: "UNEXPECTED", message: "x is not a function" } });
    expect(letter!.stack).toContain("TypeError: x is not a function");
  });

  it("counts no attempt while the dependency is down, and goes on when it is up", async () => {
    let up = false;
    const asked: string[] = [];
    const dependencyUp = async (name: string) => {
      asked.push(name);
      return up;
    };
    const bus = await setting().open({ dependencyUp, maxAttempts: 2 });
    const { deliveries, handler } = recorder(() => {
      if (!up) throw new Retry({ code: "STORE_DOWN", message: "the store is down." }, { dependency: "store" });
    });
    await bus.consume(setting().queue, handler);
    await bus.publish(setting().event());
    await eventually("more tries than attempts", () => deliveries.length === 6);
    up = true;
    await eventually("the last", () => deliveries.length === 7);
    expect(deliveries.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(new Set(asked)).toEqual(new Set(["store"]));
    expect(await bus.deadLetters.list()).toEqual([]);
  });

  it("counts the attempts when the dependency says it is up", async () => {
    const bus = await setting().open({ dependencyUp: async () => true, maxAttempts: 2 });
    await bus.consume(setting().queue, async () => {
      throw new Retry({ code: "STORE_DOWN", message: "the store is down." }, { dependency: "store" });
    });
    await bus.publish(setting().event());
    await eventually("the dead letter", async () => (await bus.deadLetters.list()).length === 1);
    expect(await bus.deadLetters.list()).toMatchObject([{ attempts: 2, problem: { code: "STORE_DOWN" } }]);
  });

  it("does not try again what the handler rejects, or what is of a version that nobody here knows", async () => {
    const bus = await setting().open();
    const { deliveries, handler } = recorder(({ event }) => {
      if (event.data === "bad") throw new Reject({ code: "COLUMN_MISSING", message: "no column y." });
      throw new ProblemError({ code: "EVENT_VERSION_UNKNOWN", message: "version 2 is newer." });
    });
    await bus.consume(setting().queue, handler);
    await bus.publish(setting().event("bad"));
    await bus.publish(setting().event("newer"));
    await eventually("both", async () => (await bus.deadLetters.list()).length === 2);
    expect(deliveries).toHaveLength(2);
    const codes = (await bus.deadLetters.list()).map(({ problem }) => problem.code);
    expect(codes.toSorted()).toEqual(["COLUMN_MISSING", "EVENT_VERSION_UNKNOWN"]);
  });

  it("works on others while one keeps failing", async () => {
    const done: unknown[] = [];
    const bus = await setting().open();
    await bus.consume(setting().queue, async ({ event }) => {
      if (event.data === "poison") throw new Error("always");
      done.push(event.data);
    });
    await bus.publish(setting().event("poison"));
    for (const number of [1, 2, 3]) await bus.publish(setting().event(number));
    await eventually("the others", () => done.length === 3);
    await eventually("the poison's end", async () => (await bus.deadLetters.list()).length === 1);
  });
}
