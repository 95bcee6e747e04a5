import { modelRolledBack } from "@millrace/contracts";
import { promote } from "./promote.js";
import { recordRejected } from "./record-rejected.js";
import {
  against,
  aliasIn,
  deploymentIn,
  DIED,
  dyingAt,
  openBench,
  pipeline,
  verdictOf,
  type Bench,
} from "./registry-for-test.js";
import { rollBack } from "./roll-back.js";
import { tellDeployments } from "./tell-deployments.js";

describe("a rollback", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    for (const [before, run] of ["a", "b", "c"].entries()) await approve(run, before);
    await recordRejected.run(
      await verdictOf(bench, "d", "d", { failedGates: ["at_least.f1"], reason: "too bad" }),
      bench.context({ run: "d" }),
    );
  });
  afterEach(() => bench.close());

  const approve = async (run: string, before: number) =>
    promote.run(
      await verdictOf(bench, run, run, before > 0 ? against(before, before) : {}),
      bench.context({ run, pipeline }),
    );
  const wish = (more: { generation?: number; version?: number; model?: string } = {}) => ({
    ...{ model: "iris", generation: 3, reason: "complaints" },
    ...more,
  });
  const back = async (more: Parameters<typeof wish>[0] = {}, run = "operator") =>
    (await rollBack.run(wish(more), bench.context({ run })))!;

  it("goes to the version that served before, and the alias with it", async () => {
    const { data } = await back();
    expect(modelRolledBack.schema.parse(data)).toMatchObject({
      version: 2,
      generation: 4,
      previous: 3,
      reason: "complaints",
    });
    expect(await deploymentIn(bench)).toMatchObject({
      champion: { version: 2 },
      previous: { version: 3 },
      generation: 4,
    });
    expect(await aliasIn(bench)).toBe(2);
  });

  it("goes to the version that the operator names", async () => {
    expect((await back({ version: 1 })).data).toMatchObject({ version: 1, previous: 3 });
    expect(await aliasIn(bench)).toBe(1);
  });

  it("says the same when it is done again, also when the model moved on since", async () => {
    const first = await back();
    expect(await back()).toEqual(first);
    await back({ generation: 4, version: 1 }, "another");
    await back({ generation: 5, version: 3 }, "a third");
    expect(await back()).toEqual(first);
    expect(await deploymentIn(bench)).toMatchObject({ champion: { version: 3 }, generation: 6 });
  });

  it("is refused to a rejected version, with the reason of the rejection, and to one that there is not", async () => {
    await expect(back({ version: 4 })).rejects.toThrow(/iris version 4: it was rejected: too bad/);
    await expect(back({ version: 9 })).rejects.toMatchObject({ code: "VERSION_NOT_APPROVED" });
  });

  it("is refused when that version serves already, or none served before", async () => {
    await expect(back({ version: 3 })).rejects.toThrow(/version 3 serves already/);
    await expect(back({ model: "churn" })).rejects.toThrow(/churn: no earlier version/);
  });

  it("is refused when the deployment changed since the operator looked", async () => {
    await expect(back({ generation: 2 })).rejects.toMatchObject({ code: "DEPLOYMENT_CHANGED" });
    await back();
    await expect(back({}, "another")).rejects.toMatchObject({ code: "DEPLOYMENT_CHANGED" });
    expect(await deploymentIn(bench)).toMatchObject({ generation: 4, champion: { version: 2 } });
  });

  it("is not held up by a tracking server that is down: the keeper moves the aliases when it is up again", async () => {
    const down = { ...bench.platform.tracking, setAlias: () => Promise.reject(new Error("down")) };
    await rollBack.run(wish(), { ...bench.context({ run: "operator" }), tracking: down });
    expect(await deploymentIn(bench)).toMatchObject({ champion: { version: 2 }, generation: 4 });
    expect(await aliasIn(bench)).toBe(3);
    const later = () => new Date(Date.now() + 60_000);
    await tellDeployments({ ...bench.platform, clock: later });
    expect(await aliasIn(bench)).toBe(2);
  });

  it("done again after a death at any boundary goes back once, to the same version", async () => {
    const counted = dyingAt(0, bench.context({ run: "count" }));
    await rollBack.run(wish(), counted);
    expect(counted.boundaries()).toBeGreaterThanOrEqual(10);
    for (let boundary = 1; boundary <= counted.boundaries(); boundary++) {
      const generation = boundary + 3;
      const { champion, previous } = (await deploymentIn(bench))!;
      const context = bench.context({ run: `operator-${boundary}` });
      // What follows from the deployment is no reason to fail, so only a death before it is seen here.
      await rollBack.run(wish({ generation }), dyingAt(boundary, context)).catch((error: Error) => {
        expect(error.message).toBe(DIED);
      });
      const { data } = (await rollBack.run(wish({ generation }), context))!;
      expect(data).toMatchObject({
        version: previous!.version,
        generation: generation + 1,
        previous: champion.version,
      });
      expect(await aliasIn(bench)).toBe(previous!.version);
    }
  });
});
