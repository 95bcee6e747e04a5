import {
  modelPromoted,
  modelTrained,
  rolloutChanged,
  type CloudEvent,
  type RolloutObservation,
  type VersionObservation,
} from "@millrace/contracts";
import { rolloutObservationCollection } from "@millrace/service";
import { startKeeper, type Keeper } from "./keeper.js";
import { promote } from "./promote.js";
import {
  against,
  aliasIn,
  deploymentIn,
  openBench,
  pipelineWith,
  verdictOf,
  versionsIn,
  type Bench,
} from "./registry-for-test.js";
import { rollBack } from "./roll-back.js";

const canary = { canary: [1, 50, 100], every: "60s", requests: 10 };
const never = { REGISTRY_LOOK_SECONDS: 60, REGISTRY_ALIAS_SECONDS: 60 };

describe("a rollout", () => {
  let bench: Bench;
  let keeper: Keeper;
  let said: CloudEvent[];
  let now: Date;
  const keeperOn = (on: Bench) => {
    const bus = { ...on.platform.bus, publish: async (event: CloudEvent) => void said.push(event) };
    return startKeeper({ ...on.platform, bus, clock: () => now }, never);
  };
  beforeEach(async () => {
    bench = await openBench();
    said = [];
    now = new Date();
    keeper = keeperOn(bench);
    await approve("a");
  });
  afterEach(async () => {
    await keeper.stop();
    await bench.close();
  });

  const approve = async (run: string, more: object = {}, spec: object = canary) =>
    (await promote.run(await verdictOf(bench, run, run, more), bench.context({ run, pipeline: pipelineWith(spec) })))!;
  const begin = (run = "b", spec: object = canary) => approve(run, against(1, 1), spec);
  const pass = (seconds: number) => (now = new Date(now.getTime() + seconds * 1000));
  const counts = (requests: number, errors = 0): VersionObservation => ({
    ...{ requests, errors, latencies: [requests], predictions: {}, labelled: 0, right: 0 },
  });
  async function observe(challenger: VersionObservation, replica = "one"): Promise<void> {
    const { generation } = (await deploymentIn(bench))!;
    const seen: RolloutObservation = {
      ...{ model: "iris", generation, replica, champion: counts(1000), challenger, updatedAt: "" },
    };
    await bench.platform.records
      .records(rolloutObservationCollection)
      .update(`iris@${generation}@${replica}`, () => seen);
  }
  const step = async (requests = 20) => {
    await observe(counts(requests));
    pass(61);
    await keeper.look();
  };

  it("of the first version of a model is none: it serves at once", async () => {
    expect(await deploymentIn(bench)).toMatchObject({ generation: 1, champion: { version: 1 } });
    expect((await deploymentIn(bench))!.rollout).toBeUndefined();
  });

  it("begins with the smallest share, and the version is the challenger", async () => {
    const { type, data } = await begin();
    expect([type, rolloutChanged.schema.parse(data)]).toMatchObject([
      "rollout.changed",
      { version: 2, champion: 1, state: "begun", percent: 1, step: 0, steps: [1, 50, 100], generation: 2 },
    ]);
    expect(await deploymentIn(bench)).toMatchObject({ champion: { version: 1 }, rollout: { version: 2, percent: 1 } });
    expect([await aliasIn(bench), await aliasIn(bench, "challenger")]).toEqual([1, 2]);
    expect((await begin()).data).toEqual(data);
  });

  it("goes from share to share and ends with the champion, each step a generation that is told", async () => {
    await begin();
    await step();
    expect(await deploymentIn(bench)).toMatchObject({ generation: 3, rollout: { percent: 50, step: 1 } });
    await step();
    expect(await deploymentIn(bench)).toMatchObject({
      generation: 4,
      champion: { version: 2 },
      previous: { version: 1 },
    });
    expect((await deploymentIn(bench))!.rollout).toBeUndefined();
    expect(said.map(({ type, run }) => [type, run])).toEqual([
      ["rollout.changed", "b"],
      ["model.promoted", "b"],
    ]);
    expect(modelPromoted.schema.parse(said[1]!.data)).toMatchObject({ version: 2, previous: 1, generation: 4 });
    expect([await aliasIn(bench), await aliasIn(bench, "previous")]).toEqual([2, 1]);
    expect(await bench.platform.artifacts.getNamed("models", "model-registry/iris/2/metadata.json")).toBeDefined();
  });

  it("stays at a share until its time is over and enough requests were seen", async () => {
    await begin();
    await step(9);
    await step(9);
    await observe(counts(20));
    pass(-122);
    await keeper.look();
    expect(await deploymentIn(bench)).toMatchObject({ generation: 2 });
  });

  it("begins in the shadow where that is asked for, and then takes the first share", async () => {
    await begin("b", { ...canary, shadow: "30s" });
    expect((await deploymentIn(bench))!.rollout).toMatchObject({ shadow: true, percent: 0, stepSeconds: 30 });
    await step();
    expect((await deploymentIn(bench))!.rollout).toMatchObject({ shadow: false, percent: 1, stepSeconds: 60 });
  });

  it("that only listens ends with the champion", async () => {
    await begin("b", { shadow: "30s", requests: 0 });
    await step();
    expect(await deploymentIn(bench)).toMatchObject({ champion: { version: 2 }, generation: 3 });
  });

  it("is aborted when a budget is broken: the version before serves all, and the new one never again", async () => {
    await begin();
    await observe(counts(200, 150));
    await keeper.look();
    const deployment = await deploymentIn(bench);
    expect(deployment).toMatchObject({ generation: 3, champion: { version: 1 }, change: { takenBack: 2 } });
    expect(deployment!.rollout).toBeUndefined();
    expect(said).toMatchObject([
      { type: "rollout.changed", run: "b", data: { state: "aborted", version: 2, champion: 1, percent: 1 } },
    ]);
    const [, version] = await versionsIn(bench);
    expect(version).toMatchObject({ status: "rejected", reason: /^version 2 was taken back at 1 % .*75 % of 200/ });
    await expect(
      rollBack.run({ model: "iris", generation: 3, version: 2, reason: "" }, bench.context({ run: "op" })),
    ).rejects.toMatchObject({ code: "VERSION_NOT_APPROVED" });
    expect(await approve("b", { ...against(1, 1), reason: "again" })).toMatchObject({ type: "step.done" });
  });

  it("is ended by a rollback without a version, which leaves the champion alone", async () => {
    await begin();
    await step();
    const back = { model: "iris", generation: 2, reason: "complaints", by: "anna" };
    const { data } = (await rollBack.run(back, bench.context({ run: "op" })))!;
    expect(data).toMatchObject({ version: 1, generation: 4 });
    expect(await deploymentIn(bench)).toMatchObject({ champion: { version: 1 }, change: { by: "anna", takenBack: 2 } });
    await keeper.look();
    expect(said.at(-1)).toMatchObject({ type: "rollout.changed", run: "b", data: { state: "aborted" } });
    expect((await versionsIn(bench))[1]).toMatchObject({ status: "rejected", reason: "complaints" });
    expect((await rollBack.run(back, bench.context({ run: "op" })))!.data).toEqual(data);
  });

  it("lets the versions that come meanwhile wait, and then the newest be judged again", async () => {
    await begin();
    expect(await begin("c")).toMatchObject({
      type: "step.done",
      data: { summary: /waits until the rollout of version 2/ },
    });
    await begin("d");
    await keeper.look();
    expect(said).toEqual([]);
    expect((await versionsIn(bench)).map(({ awaiting }) => awaiting)).toEqual([
      undefined,
      undefined,
      undefined,
      "turn",
    ]);
    await step();
    await step();
    const again = said.filter(({ type }) => type === modelTrained.type);
    expect(again).toMatchObject([{ run: "d", data: { evaluation: 2 } }]);
    expect((await versionsIn(bench)).map(({ awaiting }) => awaiting)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("is kept by one of several registries at a time: each step is made once", async () => {
    const other = await openBench(bench.folder);
    const second = keeperOn(other);
    try {
      await begin();
      for (const generation of [3, 4]) {
        await observe(counts(20));
        pass(61);
        await Promise.all([keeper.look(), second.look(), keeper.look(), second.look()]);
        expect(await deploymentIn(bench)).toMatchObject({ generation });
      }
      expect(new Set(said.map(({ id }) => id)).size).toBe(2);
      expect(await versionsIn(bench)).toHaveLength(2);
    } finally {
      await second.stop();
      await other.close();
    }
  });

  it("is told of by the next keeper when the one that went on died before it did", async () => {
    await begin();
    await observe(counts(20));
    pass(61);
    const mute = { ...bench.platform.bus, publish: () => Promise.reject(new Error("the broker is gone")) };
    const dead = startKeeper({ ...bench.platform, bus: mute, clock: () => now }, never);
    await dead.look();
    await dead.stop();
    expect(await deploymentIn(bench)).toMatchObject({ generation: 3 });
    await keeper.look();
    expect(said).toMatchObject([{ type: "rollout.changed", data: { state: "advanced", generation: 3 } }]);
    await keeper.look();
    expect(said).toHaveLength(1);
  });
});
