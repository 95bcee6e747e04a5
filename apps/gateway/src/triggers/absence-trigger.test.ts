import { lookForAbsence } from "./absence-trigger.js";
import { pipelineFile, triggersForTest, type TriggersForTest } from "./triggers-for-test.js";

describe("the absence of data", () => {
  let test: TriggersForTest;
  beforeEach(async () => (test = await triggersForTest()));
  afterEach(() => test.close());
  const lookAt = (time: string) => {
    test.at(time);
    return lookForAbsence(pipelineFile(), { absence: "26h" }, test);
  };
  const types = () => test.published.map(({ type }) => type);
  const page = async () => (await test.runs.get(test.published[0]!.run!))!.value;

  it("is raised once, stands in the ledger as a failure, and is cleared by the next arrival", async () => {
    await lookAt("2026-01-01T00:00:00Z");
    await lookAt("2026-01-02T01:59:59Z");
    expect([types(), test.absent.get("churn")]).toEqual([[], false]);
    await lookAt("2026-01-02T02:00:00Z");
    await lookAt("2026-01-02T03:00:00Z");
    expect([types(), test.absent.get("churn")]).toEqual([["data.absent"], true]);
    expect(await page()).toMatchObject({ status: "failed", pipeline: "churn", problem: { code: "DATA_ABSENT" } });
    await test.arrived("run-1", "folder");
    await lookAt("2026-01-02T03:00:05Z");
    expect(test.absent.get("churn")).toBe(false);
    expect(await page()).toMatchObject({ status: "done", summary: "data arrived again after more than 26h" });
    await lookAt("2026-01-03T06:00:00Z");
    expect(types()).toEqual(["data.absent", "step.done", "data.absent"]);
  });

  it("is not ended by a schedule or a retraining, which bring no data", async () => {
    await lookAt("2026-01-01T00:00:00Z");
    await test.arrived("run-1", "cron");
    await test.arrived("run-2", "retraining: drift");
    await lookAt("2026-01-02T02:00:00Z");
    expect(types()).toEqual(["data.absent"]);
  });

  it("is raised once by several gateways, also by one that died before it wrote that down", async () => {
    await lookAt("2026-01-01T00:00:00Z");
    test.at("2026-01-02T02:00:00Z");
    const died = { ...test.states, update: () => Promise.reject(new Error("killed")) };
    const look = (states = test.states) => lookForAbsence(pipelineFile(), { absence: "26h" }, { ...test, states });
    await expect(look(died)).rejects.toThrow("killed");
    await Promise.all([look(), look()]);
    expect(new Set(test.published.map(({ id }) => id)).size).toBe(1);
    expect((await page()).status).toBe("failed");
  });
});
