import type { versionDecided } from "@millrace/contracts";
import { approvalRequested, modelTrained, type DataOf } from "@millrace/contracts";
import { auditCollection } from "@millrace/service";
import { decide } from "./decide.js";
import { promote } from "./promote.js";
import {
  against,
  aliasIn,
  deploymentIn,
  DIED,
  dyingAt,
  openBench,
  pipelineWith,
  verdictOf,
  versionsIn,
  type Bench,
} from "./registry-for-test.js";

describe("a version that needs an approval", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const manual = { approval: "manual" };
  const pass = async (run: string, more: object = {}, spec: object = manual) =>
    (await promote.run(await verdictOf(bench, run, run, more), bench.context({ run, pipeline: pipelineWith(spec) })))!;
  const contextOf = (run: string, id: string) => {
    const event = { specversion: "1.0" as const, id, source: "/test", type: "version.decided", data: {} };
    return bench.context({ run, event });
  };
  const wordOn = (version: number, approved: boolean, by = "anna"): DataOf<typeof versionDecided> => ({
    ...{ pipeline: "iris", model: "iris", version, approved, by, reason: `says ${by}` },
  });
  const say = async (run: string, version: number, approved: boolean, { id = "e1", by = "anna" } = {}) =>
    (await decide.run(wordOn(version, approved, by), contextOf(run, id)))!;
  const versionIn = async (number: number) => (await versionsIn(bench))[number - 1]!;
  const auditIn = async () =>
    (
      await bench.platform.records.records(auditCollection).query({ index: "byModel", equals: { model: "iris" } })
    ).records.map(({ value }) => value);

  it("waits as approved, awaiting, and serves nobody", async () => {
    const { type, data } = await pass("a");
    expect([type, approvalRequested.schema.parse(data)]).toMatchObject(["approval.requested", { version: 1 }]);
    expect(await versionIn(1)).toMatchObject({ status: "approved", awaiting: "approval" });
    expect(await deploymentIn(bench)).toBeUndefined();
    expect(await pass("a")).toEqual({ type, data });
  });

  it("becomes the champion when somebody approves it: who, when and why are written down", async () => {
    await pass("a");
    expect(await say("a", 1, true)).toMatchObject({ type: "model.promoted", data: { version: 1, generation: 1 } });
    expect(await deploymentIn(bench)).toMatchObject({ champion: { version: 1 }, change: { by: "anna" } });
    const { awaiting, decision } = await versionIn(1);
    expect([awaiting, decision]).toMatchObject([undefined, { approved: true, by: "anna", reason: "says anna" }]);
    expect(await auditIn()).toMatchObject([{ kind: "approved", by: "anna", version: 1, reason: "says anna" }]);
    expect(await aliasIn(bench)).toBe(1);
  });

  it("never serves when somebody rejects it", async () => {
    await pass("a");
    expect(await say("a", 1, false)).toMatchObject({ type: "step.done", data: { summary: /rejected by anna/ } });
    expect(await versionIn(1)).toMatchObject({ status: "rejected", reason: "says anna" });
    expect(await pass("a", { reason: "again" })).toMatchObject({ type: "step.done" });
    expect(await deploymentIn(bench)).toBeUndefined();
  });

  it("hears the first of two words, and the second finds it", async () => {
    await pass("a");
    const words = await Promise.all([
      say("a", 1, true, { id: "yes" }),
      say("a", 1, false, { id: "no", by: "bert" }),
      say("a", 1, true, { id: "yes" }),
    ]);
    const { status, decision } = await versionIn(1);
    const isApproved = decision!.event === "yes";
    expect(status).toBe(isApproved ? "approved" : "rejected");
    expect((await deploymentIn(bench))?.champion.version).toBe(isApproved ? 1 : undefined);
    expect(words.filter(({ type }) => type === "model.promoted")).toHaveLength(isApproved ? 2 : 0);
    expect(await auditIn()).toHaveLength(1);
  });

  it("is judged again when the champion changed while it waited, and then needs no second approval", async () => {
    await pass("a");
    await pass("b", {}, {});
    const { type, data } = await say("a", 1, true);
    expect([type, modelTrained.schema.parse(data)]).toMatchObject(["model.trained", { evaluation: 2 }]);
    const again = await pass("a", { ...against(2, 1), evaluation: 2 });
    expect(again).toMatchObject({ type: "model.promoted", data: { version: 1, generation: 2 } });
    expect(await deploymentIn(bench)).toMatchObject({ change: { by: "anna" } });
  });

  it("begins its rollout when it is approved, where the pipeline has one", async () => {
    await pass("a", {}, {});
    await pass("b", against(1, 1), { ...manual, canary: [10, 100] });
    expect(await say("b", 2, true)).toMatchObject({ type: "rollout.changed", data: { percent: 10 } });
  });

  it("can be rejected while it is being rolled out, and the champion serves all", async () => {
    await pass("a", {}, {});
    await pass("b", against(1, 1), { canary: [10, 100] });
    await say("b", 2, false);
    const deployment = await deploymentIn(bench);
    expect(deployment).toMatchObject({ generation: 3, champion: { version: 1 }, change: { takenBack: 2, by: "anna" } });
    expect(deployment!.rollout).toBeUndefined();
    expect(await versionIn(2)).toMatchObject({ status: "rejected", reason: "says anna" });
  });

  it("that serves is not rejected: the way back is a rollback", async () => {
    await pass("a", {}, {});
    expect(await say("a", 1, false)).toMatchObject({
      data: { summary: "iris version 1 is approved and waits for no decision" },
    });
    expect(await versionIn(1)).toMatchObject({ status: "approved" });
    await expect(say("x", 9, true)).rejects.toMatchObject({ code: "VERSION_UNKNOWN" });
  });

  it("is decided once, wherever whoever carries the decision out dies", async () => {
    await pass("count");
    const counted = dyingAt(0, contextOf("count", "e-count"));
    await decide.run(wordOn(1, true), counted);
    expect(counted.boundaries()).toBeGreaterThanOrEqual(16);
    for (let boundary = 1; boundary <= counted.boundaries(); boundary++) {
      const [run, version] = [`run-${boundary}`, boundary + 1];
      await pass(run, against(boundary, boundary));
      const context = contextOf(run, `e-${boundary}`);
      await expect(decide.run(wordOn(version, true), dyingAt(boundary, context))).rejects.toThrow(DIED);
      expect(await decide.run(wordOn(version, true), context)).toMatchObject({
        data: { version, generation: version },
      });
      expect(await deploymentIn(bench)).toMatchObject({ champion: { version }, change: { by: "anna" } });
    }
    expect(await auditIn()).toHaveLength(counted.boundaries() + 1);
  });
});
