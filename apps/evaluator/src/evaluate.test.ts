import type { DataOf, modelApproved, modelRejected, modelTrained, Probe } from "@millrace/contracts";
import { openModel } from "@millrace/learning";
import { deploymentCollection, readJson, runServices, writeJson, writeTableArtifact } from "@millrace/service";
import { openStepBench } from "@millrace/testing";
import { evaluate } from "./evaluate.js";
import { madeElsewhere, modelWith, spec, tableOf } from "./models-for-test.js";
import { askedAsTable } from "./probe-rows.js";

const rows = tableOf([-3, -2, -1, 1, 2, 3, 4, 5], ["left", "left", "left", "right", "left", "right", "right", "right"]);

describe("the evaluate step", () => {
  let bench: Awaited<ReturnType<typeof open>>;
  const open = () => openStepBench((environment) => runServices("test", [], { environment }));
  beforeEach(async () => {
    bench = await open();
  });
  afterEach(() => bench.close());

  const put = (bytes: Uint8Array) =>
    bench.platform.artifacts.put(bytes, { mediaType: "application/json", name: "model.millrace" });
  const serve = async (bytes: Uint8Array, version = 3) => {
    const champion = { version, package: await put(bytes) };
    const record = { model: "sides", generation: 7, champion, alias: "champion", run: "r", reason: "", updatedAt: "" };
    await bench.platform.records.records(deploymentCollection).update("sides", () => record);
  };

  interface Circumstances {
    evaluation?: number;
    pipeline?: ReturnType<typeof spec>;
    train?: typeof rows;
    test?: typeof rows;
    sample?: boolean;
    probe?: Probe;
    run?: string;
    imported?: { by: string; reason: string };
  }

  async function judged(bytes: Uint8Array, circumstances: Circumstances = {}) {
    const { evaluation = 1, pipeline = spec(), train = rows, sample = false, run = "run-1" } = circumstances;
    const { artifacts, tracking } = bench.platform;
    const test = await writeTableArtifact(artifacts, "test.parquet", circumstances.test ?? rows);
    const seen = await writeTableArtifact(artifacts, "train.parquet", train);
    const { runId } = await tracking.openRun({ key: "run-1", experiment: "sides", name: "run-1" });
    const trained = {
      ...{
        pipeline: "sides",
        spec: await writeJson(artifacts, "pipeline.json", pipeline),
        family: "logistic-regression",
      },
      dataset: { source: { location: "a" }, rows: { total: 8, train: 0, test: 8 }, train: sample ? test : seen, test },
      ...(sample && { sample: seen }),
      imported: circumstances.imported,
      ...(circumstances.probe && { probe: await writeJson(artifacts, "probe.json", circumstances.probe) }),
      ...{
        package: await put(bytes),
        metrics: {},
        candidates: [],
        evaluation,
        tracking: { runId, experiment: "sides" },
      },
    } satisfies DataOf<typeof modelTrained>;
    const emission = await evaluate.run(trained, bench.context({ pipeline, run }));
    return emission as { type: string; data: DataOf<typeof modelApproved> & Partial<DataOf<typeof modelRejected>> };
  }

  it("approves a first version and says on which rows it was judged", async () => {
    const { type, data } = await judged(modelWith(0), { evaluation: 2 });
    expect(type).toBe("model.approved");
    expect(data).toMatchObject({ challenger: { accuracy: 7 / 8 }, evaluation: 2 });
    expect(data.champion).toBeUndefined();
    expect(await readJson(bench.platform.artifacts, data.report)).toMatchObject({ rows: 8, failedGates: [] });
  });

  it("scores the champion on the same rows, and names the generation that it saw", async () => {
    await serve(modelWith(3.5));
    const { type, data } = await judged(modelWith(0));
    expect(type).toBe("model.approved");
    expect(data.champion).toMatchObject({ version: 3, generation: 7, metrics: { accuracy: 6 / 8 } });
  });

  it("rejects what is worse than the champion, with the gates that it failed", async () => {
    await serve(modelWith(0));
    const { type, data } = await judged(modelWith(3.5));
    expect(type).toBe("model.rejected");
    expect(data.failedGates).toEqual(["better_by.accuracy"]);
    expect(data.reason).toBe(
      "Rejected: accuracy .750 is not at least as good as the champion's .875. Only 8 test rows judged it, which tell little: bring more data before you rely on it.",
    );
  });

  it("rejects what is too much better on the rows that it learned from, all of them or a sample", async () => {
    const train = tableOf([-2, -1, 1, 2], ["left", "left", "right", "right"]);
    for (const sample of [false, true]) {
      const settings = (overfit_gap: number) => ({ train, sample, pipeline: spec({ accept: { overfit_gap } }) });
      const { type, data } = await judged(modelWith(0), settings(0.1));
      expect([type, data.failedGates]).toEqual(["model.rejected", ["overfit_gap"]]);
      expect(data.reason).toMatch(/accuracy 1 on training rows and \.875 on test rows are more than \.1 apart/);
      expect(await readJson(bench.platform.artifacts, data.report)).toMatchObject({
        training: { metrics: { accuracy: 1 } },
      });
      expect((await judged(modelWith(0), settings(0.125))).type).toBe("model.approved");
    }
  });

  it("reads at most 20,000 training rows", async () => {
    const many = 30_000;
    const x = Array.from({ length: many }, (_, row) => (row % 2 === 0 ? -1 : 1));
    const train = tableOf(
      x,
      x.map((value) => (value < 0 ? "left" : "right")),
    );
    const { data } = await judged(modelWith(0), { train, pipeline: spec({ accept: { overfit_gap: 0.5 } }) });
    const report = await readJson(bench.platform.artifacts, data.report);
    expect(report).toMatchObject({ training: { rows: 20_000, metrics: { accuracy: 1 } } });
  });

  it("rejects the very model that serves", async () => {
    await serve(modelWith(0));
    expect((await judged(modelWith(0))).data.failedGates).toEqual(["different"]);
    expect((await judged(modelWith(0, { seed: 2 }))).type).toBe("model.approved");
  });

  it("lets the floors decide when the champion can't score, and keeps the reason", async () => {
    await serve(modelWith(0, { features: ["z"] }));
    const { type, data } = await judged(modelWith(3.5), {
      pipeline: spec({ accept: { at_least: { accuracy: 0.7 } } }),
    });
    expect(type).toBe("model.approved");
    expect(data.reason).toMatch(
      /^Approved; version 3 can't score these rows \(column "z".*accuracy \.750 meets the floor of \.7\. Only 8 test rows/,
    );
    expect(data.champion).toEqual({ version: 3, generation: 7, metrics: {} });
  });

  it("scores a champion that was made elsewhere on the same rows, as its twin of ours", async () => {
    const champion = modelWith(3.5);
    await serve(champion);
    const ours = await judged(modelWith(0));
    await serve(madeElsewhere(champion));
    const { type, data } = await judged(modelWith(0));
    expect([type, data.reason]).toEqual(["model.approved", ours.data.reason]);
    const figures = Object.entries(ours.data.champion!.metrics);
    expect(figures.length).toBeGreaterThan(8);
    for (const [name, value] of figures) expect(data.champion!.metrics[name]).toBeCloseTo(value, 5);
    expect(await text(data.page!)).toContain("Where they disagree");
  });

  it("judges a model that was made elsewhere beside a champion of ours", async () => {
    await serve(modelWith(3.5));
    const imported = { by: "ann", reason: "from the lab" };
    const pipeline = spec({ accept: { overfit_gap: 0.001 } });
    const { type, data } = await judged(madeElsewhere(modelWith(0)), { pipeline, imported });
    expect(data.reason).toMatch(/what it learned from is not known, so no gap is judged/);
    expect([type, data.champion]).toMatchObject(["model.approved", { version: 3, metrics: { accuracy: 6 / 8 } }]);
    await serve(modelWith(0));
    const worse = await judged(madeElsewhere(modelWith(3.5)), { imported });
    expect([worse.type, worse.data.failedGates]).toEqual(["model.rejected", ["better_by.accuracy"]]);
  });

  it("says which features of a model that was made elsewhere the rows do not fit", async () => {
    await serve(madeElsewhere(modelWith(0, { features: ["z"] })));
    const { type, data } = await judged(modelWith(3.5));
    expect(type).toBe("model.approved");
    expect(data.reason).toMatch(
      /version 3 can't score these rows \(the rows do not fit .*"z": there is no such column/,
    );
    const other = await judged(madeElsewhere(modelWith(0, { features: ["z"] })), { run: "run-2" });
    expect([other.type, other.data.failedGates]).toEqual(["model.rejected", ["package.query"]]);
  });

  it("does without a champion that does not know the class that figures are about", async () => {
    await serve(modelWith(0, { sides: ["left", "up"] }));
    const { type, data } = await judged(modelWith(0), { test: tableOf([-1, -2], ["left", "left"]) });
    expect(type).toBe("model.approved");
    expect(data.reason).toMatch(/version 3 can't score these rows \("right" is none of the classes/);
  });

  it("rejects a package that can't be loaded, with the reason, and keeps no probes of it", async () => {
    const broken = modelWith(0);
    broken[100]! ^= 1;
    const { type, data } = await judged(broken);
    expect([type, data.failedGates]).toEqual(["model.rejected", ["package.load"]]);
    expect(data.reason).toMatch(/^Rejected: the package can't be loaded as inference would load it: .*digest.*changed/);
    expect(data.probes).toBeUndefined();
    expect(await text(data.page!)).toContain("package.load");
  });

  it("rejects a package that can't answer training rows", async () => {
    const { type, data } = await judged(modelWith(0, { features: ["z"] }));
    expect([type, data.failedGates]).toEqual(["model.rejected", ["package.query"]]);
    expect(data.reason).toMatch(/can't answer training rows: column "z"/);
  });

  it("holds the package against what the trainer's own model said", async () => {
    const bytes = modelWith(0);
    const probe = askedAsTable(openModel(bytes), rows);
    const same = await judged(bytes, { probe });
    expect(same.type).toBe("model.approved");
    expect(await text(same.data.page!)).toContain("and as the trainer&#39;s model did");
    const other = { ...probe, predictions: probe.predictions.map(([a, b]) => [a! + 2e-6, b! - 2e-6]) };
    const { data } = await judged(bytes, { probe: other });
    expect(data.failedGates).toEqual(["package.trainer"]);
    expect(data.reason).toMatch(/row 1 of 8 is .* from the package alone, and .* from the trainer's model/);
  });

  it("rejects a model to which the test rows have a class that it does not know", async () => {
    const test = tableOf([1, 2, 3], ["left", "right", "middle"]);
    const { type, data } = await judged(modelWith(0), { test });
    expect([type, data.failedGates]).toEqual(["model.rejected", ["package.score"]]);
    expect(data.reason).toMatch(/can't score the test rows: .*"middle" is none of the classes/);
  });

  it("gives up, and blames no model, where the test rows have no target", async () => {
    const test = { ...rows, columns: rows.columns.slice(0, 1) };
    await expect(judged(modelWith(0), { test })).rejects.toThrow(/no such column to judge by/);
  });

  it("leaves rows and answers for whoever loads the package, and says what it costs to serve", async () => {
    const bytes = modelWith(0);
    const { data } = await judged(bytes);
    expect(await readJson(bench.platform.artifacts, data.probes!)).toEqual(askedAsTable(openModel(bytes), rows));
    expect(data.measured).toMatchObject({ bytes: bytes.length, latency: { p99: expect.any(Number) } });
    expect(data.measured!.latency!.p99).toBeGreaterThanOrEqual(data.measured!.latency!.median);
    expect(data.measured!.memory).toBeGreaterThanOrEqual(bytes.length);
  });

  it("counts the models that the same rows have judged, each once, and warns of many", async () => {
    const pipeline = spec({ accept: { looks: 1 } });
    const first = await judged(modelWith(0), { pipeline });
    expect(first.data.looks).toEqual({ models: 1, runs: 1 });
    expect(first.data.reason).not.toContain("have judged");
    expect((await judged(modelWith(0), { pipeline, evaluation: 2 })).data.looks).toEqual({ models: 1, runs: 1 });
    expect((await judged(modelWith(0), { pipeline, run: "run-2" })).data.looks).toEqual({ models: 1, runs: 2 });
    const { type, data } = await judged(modelWith(0.5), { pipeline, run: "run-3" });
    expect([type, data.looks]).toEqual(["model.approved", { models: 2, runs: 3 }]);
    expect(data.reason).toMatch(/These test rows have judged 2 models, more than 1: .*adaptive overfitting/);
    expect(await text(data.page!)).toContain("these rows have judged 2 models in 3 runs");
  });

  it("writes a page with the curves of both, and the rows on which they disagree", async () => {
    await serve(modelWith(3.5));
    const { data } = await judged(modelWith(0), { pipeline: spec({ accept: { slices: ["x"], latency: "1s" } }) });
    const page = await text(data.page!);
    expect(data.page).toMatchObject({ name: "evaluation.html", mediaType: "text/html; charset=utf-8" });
    for (const title of ["ROC", "Precision and recall", "Calibration"]) expect(page).toContain(`${title}: `);
    expect(page.match(/class="line then-line"/g)).toHaveLength(3);
    expect(page).toContain("Where they disagree");
    expect(page).not.toMatch(/<script|https?:\/\//);
    const report = (await readJson(bench.platform.artifacts, data.report)) as {
      disagreements: { examples: unknown[] };
    };
    expect(report.disagreements).toMatchObject({ rows: 3, onlyChallengerRight: 2, onlyChampionRight: 1 });
    expect(report.disagreements.examples[0]).toMatchObject({ champion: { prediction: "left" }, values: { x: 2 } });
  });

  it("writes the same report twice: time is in it only where the verdict hangs on it", async () => {
    const [first, second] = [await judged(modelWith(0)), await judged(modelWith(0))];
    expect([second.data.report.digest, second.data.page!.digest]).toEqual([
      first.data.report.digest,
      first.data.page!.digest,
    ]);
    const { data } = await judged(modelWith(0), { pipeline: spec({ accept: { latency: "1s" } }) });
    expect(await readJson(bench.platform.artifacts, data.report)).toMatchObject({ latency: data.measured!.latency });
  });

  const text = async (ref: { digest: string; name: string }) =>
    Buffer.from(await bench.platform.artifacts.get(ref as Parameters<typeof readJson>[1])).toString("utf8");
});
