import { modelPromoted, modelTrained, type DataOf } from "@millrace/contracts";
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
  versionsIn,
  type Bench,
  type Rejected,
} from "./registry-for-test.js";

describe("promotion", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const contextOf = (run: string) => bench.context({ run, pipeline });
  const approve = async (run: string, more: Partial<Rejected> & { evaluation?: number } = {}, model = run) =>
    (await promote.run(await verdictOf(bench, run, model, more), contextOf(run)))!;
  const reject = async (run: string, more: Partial<Rejected>, model = run) =>
    recordRejected.run(await verdictOf(bench, run, model, more), contextOf(run));
  const named = async (key: string) => {
    const bytes = await bench.platform.artifacts.getNamed("models", `model-registry/iris/${key}`);
    return bytes && (JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>);
  };

  it("makes the model a version, the champion, the alias and an export", async () => {
    const { type, data } = await approve("a");
    expect(type).toBe("model.promoted");
    expect(modelPromoted.schema.parse(data)).toMatchObject({
      ...{ pipeline: "iris", model: "iris", version: 1, generation: 1, reason: "because of a" },
      exported: "models/model-registry/iris/1",
    });
    expect(await deploymentIn(bench)).toMatchObject({ champion: { version: 1 }, alias: "champion" });
    expect(await aliasIn(bench)).toBe(1);
    expect(await named("1/model.millrace")).toEqual({ model: "a" });
    const [version] = await versionsIn(bench);
    expect(await named("1/metadata.json")).toEqual({
      ...{ model: "iris", version: 1, run: "a", package: version!.package.digest, bytes: version!.package.size },
      ...{ generation: 1, promoted_at: (await deploymentIn(bench))!.updatedAt, reason: "because of a" },
      ...{ family: "random-forest", metrics: { f1: 0.7 }, created_at: version!.createdAt },
      report: version!.report.digest,
    });
  });

  it("names the version that served before", async () => {
    await approve("a");
    expect((await approve("b", against(1, 1))).data).toMatchObject({ version: 2, generation: 2, previous: 1 });
    expect(await aliasIn(bench)).toBe(2);
  });

  it("says the same when it is done again, also when another model was promoted since", async () => {
    const first = await approve("a");
    expect(await approve("a")).toEqual(first);
    await approve("b", against(1, 1));
    expect(await approve("a")).toEqual(first);
    expect(await deploymentIn(bench)).toMatchObject({ champion: { version: 2 }, generation: 2 });
    expect(await aliasIn(bench)).toBe(2);
  });

  it("sends the model back to be judged when the champion changed under the verdict", async () => {
    await approve("a");
    const { type, data } = await approve("b");
    expect(type).toBe("model.trained");
    const again = modelTrained.schema.parse(data) as DataOf<typeof modelTrained>;
    expect(again).toMatchObject({ pipeline: "iris", evaluation: 2, metrics: { f1: 0.8 } });
    expect(again).not.toHaveProperty("champion");
    expect(await deploymentIn(bench)).toMatchObject({ champion: { version: 1 }, generation: 1 });
    expect((await approve("b", { ...against(1, 1), evaluation: 2 })).data).toMatchObject({ version: 2, generation: 2 });
  });

  it("of a run whose second verdict is no leaves its one version rejected", async () => {
    await approve("a");
    await approve("b");
    await reject("b", { ...against(1, 1), failedGates: ["better_by.f1"], reason: "worse" });
    expect(await versionsIn(bench)).toMatchObject([
      { version: 1, status: "approved" },
      { version: 2, run: "b", status: "rejected", reason: "worse" },
    ]);
  });

  it("keeps no second version of the model that serves, and does not leave one approved either", async () => {
    await approve("a", {}, "same");
    await reject("b", { ...against(1, 1), failedGates: ["different"] }, "same");
    expect(await versionsIn(bench)).toHaveLength(1);
    await approve("c", {}, "same");
    await reject("c", { ...against(1, 1), failedGates: ["different"] }, "same");
    expect((await versionsIn(bench)).map(({ status }) => status)).toEqual(["approved", "rejected"]);
  });

  it("of a run that is let go on after it was promoted stays approved: it is the model that serves", async () => {
    await approve("a");
    await reject("a", { ...against(1, 1), failedGates: ["different"] });
    expect(await versionsIn(bench)).toMatchObject([{ version: 1, run: "a", status: "approved" }]);
    expect(await deploymentIn(bench)).toMatchObject({ champion: { version: 1 } });
  });

  it("of a run that served once stays approved, so that one can roll back to it", async () => {
    await approve("a");
    await approve("b", against(1, 1));
    await reject("a", { ...against(2, 2), failedGates: ["better_by.f1"] });
    expect((await versionsIn(bench)).map(({ status }) => status)).toEqual(["approved", "approved"]);
  });

  it("registers what was rejected, and does not serve it", async () => {
    await reject("a", { failedGates: ["at_least.f1"] });
    expect(await versionsIn(bench)).toMatchObject([{ version: 1, status: "rejected" }]);
    expect(await deploymentIn(bench)).toBeUndefined();
    expect(await named("1/model.millrace")).toBeUndefined();
  });

  it("done again after a death at any boundary ends as if nothing had happened", async () => {
    const verdict = await verdictOf(bench, "count", "count");
    const counted = dyingAt(0, contextOf("count"));
    await promote.run(verdict, counted);
    expect(counted.boundaries()).toBeGreaterThanOrEqual(16);
    for (let boundary = 1; boundary <= counted.boundaries(); boundary++) {
      const [run, before] = [`run-${boundary}`, boundary];
      const wanted = await verdictOf(bench, run, run, against(before, before));
      await expect(promote.run(wanted, dyingAt(boundary, contextOf(run)))).rejects.toThrow(DIED);
      const { type, data } = (await promote.run(wanted, contextOf(run)))!;
      expect([type, data]).toMatchObject(["model.promoted", { version: before + 1, generation: before + 1 }]);
      expect(await deploymentIn(bench)).toMatchObject({ run, generation: before + 1, previous: { version: before } });
      expect(await aliasIn(bench)).toBe(before + 1);
      expect(await named(`${before + 1}/metadata.json`)).toMatchObject({ run });
    }
    expect(await versionsIn(bench)).toHaveLength(counted.boundaries() + 1);
  });
});
