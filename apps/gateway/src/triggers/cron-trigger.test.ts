import { lastScheduled, lookAtCron, type CronSpec } from "./cron-trigger.js";
import { pipelineFile, triggersForTest, type TriggersForTest } from "./triggers-for-test.js";

const nightly: CronSpec = { cron: "0 3 * * *", timezone: "UTC" };

describe("a cron trigger", () => {
  let test: TriggersForTest;
  beforeEach(async () => (test = await triggersForTest()));
  afterEach(() => test.close());
  const look = (trigger = nightly) => lookAtCron(pipelineFile(), trigger, test);

  it("begins a run at each scheduled time, and nothing for times before it was known", async () => {
    test.at("2026-01-01T12:00:00Z");
    await look();
    test.at("2026-01-02T02:59:59Z");
    await look();
    expect(test.begun).toEqual([]);
    for (const time of ["2026-01-02T03:00:00Z", "2026-01-02T03:00:01Z", "2026-01-03T03:00:00.400Z"]) {
      test.at(time);
      await look();
    }
    expect(test.begun).toHaveLength(2);
    expect(test.begun[0]).toMatchObject({ reason: "cron" });
  });

  it("catches up once with what was missed while nobody looked", async () => {
    await look();
    test.at("2026-01-09T12:00:00Z");
    await look();
    await look();
    expect(test.begun).toHaveLength(1);
  });

  it("fires once for several gateways, and again for none that died before it wrote that down", async () => {
    await look();
    test.at("2026-01-01T03:00:00Z");
    await Promise.all([look(), look(), look()]);
    const died = { ...test.states, update: () => Promise.reject(new Error("killed")) };
    test.at("2026-01-02T03:00:00Z");
    await expect(lookAtCron(pipelineFile(), nightly, { ...test, states: died })).rejects.toThrow("killed");
    await look();
    expect(test.begun).toHaveLength(2);
  });

  it("knows timezones and their changes of the clock", () => {
    const berlin = { cron: "30 2 * * *", timezone: "Europe/Berlin" };
    expect(lastScheduled(berlin, new Date("2026-01-10T12:00:00Z"))).toBe("2026-01-10T01:30:00.000Z");
    expect(lastScheduled(berlin, new Date("2026-07-10T12:00:00Z"))).toBe("2026-07-10T00:30:00.000Z");
    expect(lastScheduled(nightly, new Date("2026-01-10T03:00:00Z"))).toBe("2026-01-10T03:00:00.000Z");
  });

  it("says what is wrong with an expression that is none", async () => {
    await expect(look({ cron: "every day", timezone: "UTC" })).rejects.toMatchObject({ code: "CRON_INVALID" });
    await expect(look({ cron: "0 3 * * *", timezone: "Mars/Crater" })).rejects.toMatchObject({ code: "CRON_INVALID" });
  });
});
