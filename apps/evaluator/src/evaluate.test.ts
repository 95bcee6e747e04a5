import type { modelTrained } from "@millrace/contracts";
import {
  pipelineSpec,
  Retry,
  type Column,
  type DataOf,
  type modelApproved,
  type modelRejected,
  type Table,
} from "@millrace/contracts";
import {
  applyPreprocessor,
  describeFeatures,
  familyNamed,
  fitPreprocessor,
  labelsOf,
  openModel,
  packModel,
  seededRandom,
} from "@millrace/learning";
import { deploymentCollection, readJson, runServices, writeJson, writeTableArtifact } from "@millrace/service";
import { openStepBench } from "@millrace/testing";
import { evaluate } from "./evaluate.js";
import { scoreOn, tryScore } from "./score.js";

const spec = (more: object = {}) =>
  pipelineSpec.parse({
    ...{ name: "sides", source: { path: "a.csv" }, target: { column: "side", positive: "right" } },
    ...{ select: { metric: "accuracy" }, ...more },
  });

function tableOf(x: readonly number[], sides: readonly string[], name = "x"): Table {
  const dictionary = [...new Set(sides)].sort();
  const side: Column = {
    name: "side",
    kind: "text",
    dictionary,
    codes: Int32Array.from(sides, (it) => dictionary.indexOf(it)),
  };
  return { rows: x.length, columns: [{ name, kind: "number", values: Float64Array.from(x) }, side] };
}

/** A model that says "right" from about `border` on. */
function modelWith(border: number, { features = ["x"], seed = 1 } = {}): Uint8Array {
  const near = [-2, -1, 1, 2].map((distance) => border + distance);
  const table = tableOf(near, ["left", "left", "right", "right"], features[0]);
  const preprocessor = fitPreprocessor(table, [], { features });
  const { codes, classes } = labelsOf(table.columns[1]!);
  const { fit, defaults } = familyNamed("logistic-regression");
  const data = { x: applyPreprocessor(preprocessor, table), y: codes, classes: 2 };
  const model = fit(data, { ...defaults, C: 100 }, { random: seededRandom(1) });
  const about = { target: "side", positive: "right", metrics: {}, seed, features: describeFeatures(table, features) };
  return packModel({ model, preprocessor, classes, ...about });
}

const rows = tableOf([-3, -2, -1, 1, 2, 3, 4, 5], ["left", "left", "left", "right", "left", "right", "right", "right"]);

describe("scores", () => {
  it("are the known ones of known answers", () => {
    const { accuracy, precision, recall } = scoreOn(openModel(modelWith(0)), rows, spec());
    expect([accuracy, precision, recall]).toEqual([7 / 8, 4 / 5, 1]);
    const late = scoreOn(openModel(modelWith(3.5)), rows, spec());
    expect([late.accuracy, late.precision, late.recall]).toEqual([6 / 8, 1, 2 / 4]);
  });

  it("are about the class that the pipeline calls positive", () => {
    const pipeline = spec({ target: { column: "side", positive: "left" } });
    expect(scoreOn(openModel(modelWith(0)), rows, pipeline)).toMatchObject({ precision: 1, recall: 3 / 4 });
  });

  it("are refused to a model that predicts something else, by a sentence that says so", () => {
    const other = spec({ target: { column: "x" } });
    expect(() => scoreOn(openModel(modelWith(0)), rows, other)).toThrow(/predicts "side".*predict "x"/);
    expect(() => scoreOn(openModel(modelWith(0)), { ...rows, columns: rows.columns.slice(0, 1) }, spec())).toThrow(
      /no such column/,
    );
  });

  it("of a champion may be wanting for a stated problem, but not for an outage or a mistake of ours", async () => {
    const failing = (error: Error) => tryScore(() => Promise.reject(error));
    await expect(
      tryScore(async () => scoreOn(openModel(modelWith(0)), rows, spec({ target: { column: "x" } }))),
    ).resolves.toEqual({
      problem: expect.objectContaining({ code: "TARGET_CHANGED" }),
    });
    await expect(failing(new Retry({ code: "DOWN", message: "down." }))).rejects.toThrow("down");
    await expect(failing(new TypeError("a mistake"))).rejects.toThrow("a mistake");
  });
});

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

  async function judged(bytes: Uint8Array, { evaluation = 1, pipeline = spec(), train = rows, sample = false } = {}) {
    const { artifacts, tracking } = bench.platform;
    const test = await writeTableArtifact(artifacts, "test.parquet", rows);
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
      ...{
        package: await put(bytes),
        metrics: {},
        candidates: [],
        evaluation,
        tracking: { runId, experiment: "sides" },
      },
    } satisfies DataOf<typeof modelTrained>;
    const emission = await evaluate.run(trained, bench.context({ pipeline }));
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
    expect(data.reason).toBe("Rejected: accuracy 0.75 is not at least as good as version 3's 0.875.");
  });

  it("rejects what is too much better on the rows that it learned from, all of them or a sample", async () => {
    const train = tableOf([-2, -1, 1, 2], ["left", "left", "right", "right"]);
    for (const sample of [false, true]) {
      const settings = (overfit_gap: number) => ({ train, sample, pipeline: spec({ accept: { overfit_gap } }) });
      const { type, data } = await judged(modelWith(0), settings(0.1));
      expect([type, data.failedGates]).toEqual(["model.rejected", ["overfit_gap"]]);
      expect(data.reason).toMatch(/accuracy 1 on training rows and 0\.875 on test rows are more than 0\.1 apart/);
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
      /^Approved; version 3 can't score these rows \(column "z".*accuracy 0\.75 meets the floor of 0\.7\.$/,
    );
    expect(data.champion).toEqual({ version: 3, generation: 7, metrics: {} });
  });
});
