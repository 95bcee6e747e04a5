import { rolloutObservationCollection } from "@millrace/service";
import { until } from "@millrace/testing";
import { modelWith } from "../inference-for-test.js";
import { irisPackage, openServingBench, rolloutOf, type ServingBench } from "../serving-for-test.js";

const callers = Array.from({ length: 400 }, (_, index) => `caller-${index}`);

describe("a rollout", () => {
  let bench: ServingBench;
  beforeEach(async () => {
    bench = await openServingBench({ INFERENCE_SHADOW_ROWS: "300" });
  });
  afterEach(() => bench.stop());

  const askedVersions = () => callers.map((key) => bench.serving.versionFor("sides", { key }).version);
  async function begin(percent: number, shadow = false) {
    const [first, second] = [await bench.put(1, modelWith(-10)), await bench.put(2, modelWith(10))];
    await bench.deploy(first);
    const record = await bench.deploy(first, { rollout: rolloutOf(second, percent, shadow) });
    return { first, second, record };
  }
  const observed = async (generation: number) => {
    const page = await bench.platform.records.records(rolloutObservationCollection).query({});
    return page.records.map(({ value }) => value).find((value) => value.generation === generation);
  };

  it("gives the challenger its share, and keeps every caller on the side where it is while that grows", async () => {
    const { first, second } = await begin(10);
    const before = askedVersions();
    expect(before.filter((version) => version === 2).length).toBeGreaterThan(15);
    expect(before.filter((version) => version === 2).length).toBeLessThan(75);
    const loaded = bench.serving.versions("sides");
    await bench.deploy(first, { rollout: rolloutOf(second, 50) });
    const after = askedVersions();
    before.forEach((version, caller) => expect(after[caller]).toBeGreaterThanOrEqual(version));
    expect(bench.serving.versions("sides").map(({ model }) => model)).toEqual(loaded.map(({ model }) => model));
  });

  it("makes the challenger the champion without loading it anew, and takes it back as fast", async () => {
    const { first, second } = await begin(50);
    const challenger = bench.serving.versions("sides").find(({ version }) => version === 2)!;
    await bench.deploy(second, { previous: first });
    const champion = bench.serving.models().get("sides")!;
    expect(champion.model).toBe(challenger.model);
    expect(champion).toMatchObject({ version: 2, role: "champion", generation: 3 });
    expect(new Set(askedVersions())).toEqual(new Set([2]));
    const previous = bench.serving.versions("sides").find(({ role }) => role === "previous")!;
    await bench.deploy(first, { previous: second });
    expect(bench.serving.models().get("sides")!.model).toBe(previous.model);
  });

  it("leaves everything to the champion when the challenger can't be loaded, and says why to the registry", async () => {
    const first = await bench.put(1, modelWith(-10));
    const broken = modelWith(10);
    broken[broken.length >> 1]! ^= 1;
    await bench.deploy(first);
    const { generation } = await bench.deploy(first, { rollout: rolloutOf(await bench.put(2, broken), 50) });
    expect(new Set(askedVersions())).toEqual(new Set([1]));
    expect(bench.serving.problems().get("sides")).toMatchObject({ code: "PACKAGE_CORRUPT" });
    expect(await until("the reason", async () => (await observed(generation))?.problem)).toMatchObject({
      code: "PACKAGE_CORRUPT",
    });
    await bench.deploy(first);
    expect(bench.serving.problems().size).toBe(0);
  });

  it("asks no caller for other columns than the champion: such a version is refused as a challenger", async () => {
    const first = await bench.put(1, modelWith(0));
    await bench.deploy(first);
    const { generation } = await bench.deploy(first, { rollout: rolloutOf(await bench.put(2, irisPackage()), 50) });
    expect(new Set(askedVersions())).toEqual(new Set([1]));
    expect(await until("the reason", async () => (await observed(generation))?.problem)).toMatchObject({
      code: "FEATURES_DIFFER",
    });
  });

  it("writes down once a second what each version did since the step began", async () => {
    const { first, second, record } = await begin(50);
    const { serving } = bench;
    const [champion, challenger] = [1, 2].map((version) => serving.versionFor("sides", { pin: version }));
    serving.observe(champion!, { milliseconds: 0.2, failed: false, prediction: "left" });
    serving.observe(champion!, { milliseconds: 0.2, failed: false, prediction: "right" });
    serving.observe(challenger!, { milliseconds: 3000, failed: true });
    serving.observeLabel("sides", { id: "p-1", version: 1, prediction: "left" }, "left");
    serving.observeLabel("sides", { id: "p-2", version: 2, prediction: "left" }, "right");
    serving.observeLabel("sides", { id: "p-3", version: 7, prediction: "left" }, "right");
    const page = await until("the observation", async () => {
      const found = await observed(record.generation);
      return found?.champion.requests === 2 && found;
    });
    expect(page).toMatchObject({ model: "sides", replica: bench.platform.instance });
    expect(page.champion).toEqual({
      ...{ requests: 2, errors: 0, labelled: 1, right: 1, predictions: { left: 1, right: 1 } },
      latencies: [0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    });
    expect(page.challenger).toMatchObject({ requests: 1, errors: 1, labelled: 1, right: 0, predictions: {} });
    expect(page.challenger.latencies.at(-1)).toBe(1);
    const next = await bench.deploy(first, { rollout: rolloutOf(second, 100) });
    const anew = await until("the next step's page", () => observed(next.generation));
    expect(anew.champion.requests).toBe(0);
  });

  it("counts nothing while no rollout is on", async () => {
    await bench.deploy(await bench.put(1, modelWith(0)));
    bench.serving.observe(bench.serving.versionFor("sides", {}), { milliseconds: 1, failed: false });
    await bench.serving.stop();
    expect((await bench.platform.records.records(rolloutObservationCollection).query({})).records).toEqual([]);
  });

  it("shows the shadow every request and nobody its answers", async () => {
    const { record } = await begin(0, true);
    expect(new Set(askedVersions())).toEqual(new Set([1]));
    const answered = await until("the shadow's answers", async () => {
      bench.serving.mirror("sides", [0, "a"], "p");
      const found = await observed(record.generation);
      return (found?.challenger.requests ?? 0) > 0 && found;
    });
    expect(answered.challenger).toMatchObject({ errors: 0, predictions: { left: answered.challenger.requests } });
    expect(answered.champion.requests).toBe(0);
  });

  it("holds labels against what the shadow said as well, whether they come before its answer or after it", async () => {
    const { record } = await begin(0, true);
    const { serving } = bench;
    await until("the shadow", async () => {
      serving.mirror("sides", [0, "a"], "warm");
      return ((await observed(record.generation))?.challenger.requests ?? 0) > 0;
    });
    // To the champion, whose border is -10, they are right; to the shadow, whose border is 10, left.
    const rows = Array.from({ length: 40 }, (_, row) => `p-${row}`);
    const label = (id: string, row: number) =>
      serving.observeLabel("sides", { id, version: 1, prediction: "right" }, row % 4 === 0 ? "right" : "left");
    const before = (await observed(record.generation))!.challenger.requests;
    rows.forEach((id, row) => {
      serving.mirror("sides", [0, "a"], id);
      if (row < 20) label(id, row);
    });
    await until("all answers", async () => (await observed(record.generation))!.challenger.requests >= before + 40);
    rows.forEach((id, row) => row < 20 || label(id, row));
    serving.observeLabel("sides", { id: "p-0", version: 1, prediction: "right" }, "right");
    const seen = await until("all labels", async () => {
      const found = await observed(record.generation);
      return found?.challenger.labelled === 40 && found.champion.labelled === 41 && found;
    });
    expect([seen.champion.right, seen.challenger.right]).toEqual([11, 30]);
  });

  it("drops what the shadow has no time for, and counts it", async () => {
    await begin(0, true);
    const rows = async () =>
      Object.fromEntries(
        (await bench.platform.metrics.registry.getSingleMetric("millrace_shadow_rows_total")!.get()).values.map(
          ({ labels, value }) => [labels.outcome, value],
        ),
      );
    await until("rows to be dropped", async () => {
      for (let row = 0; row < 1000; row++) bench.serving.mirror("sides", [0, "a"], `p-${row}`);
      return (await rows()).dropped! > 0;
    });
    await until("the others to be answered", async () => (await rows()).answered! >= 300);
  });
});
