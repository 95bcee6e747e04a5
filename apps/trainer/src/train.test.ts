import { modelTrained, ProblemError, type DataOf } from "@millrace/contracts";
import { describeFeatures, encodeNpy, openModel, type NpyArray, type TrainingData } from "@millrace/learning";
import { runServices, writeJson, writeTableArtifact } from "@millrace/service";
import { openStepBench } from "@millrace/testing";
import { countingFitter, preparedOf } from "./fit-job-for-test.js";
import { stopFitting } from "./fit-pool.js";
import { chooseModel, train } from "./train.js";

const candidates = [{ model: "ml-random-forest", params: { trees: 5 } }, { model: "logistic-regression" }];

describe("the train step", () => {
  let bench: Awaited<ReturnType<typeof open>>;
  const open = () => openStepBench((environment) => runServices("test", [], { environment }));
  beforeEach(async () => {
    bench = await open();
  });
  afterEach(() => bench.close());
  afterAll(stopFitting);

  async function transformedOn(on: typeof bench, settings: object) {
    const { artifacts } = on.platform;
    const { pipeline, table, folds, training, classes } = preparedOf({ select: { folds: 3 }, ...settings });
    const npy = (array: NpyArray) => artifacts.put(encodeNpy(array), { mediaType: "application/x-npy", name: "a.npy" });
    const rows = async ({ x, y }: Pick<TrainingData, "x" | "y">) => ({ x: await npy(x), y: await npy(y) });
    const all = await rows(training.data);
    const side = await writeTableArtifact(artifacts, "train.parquet", table);
    const stored = [];
    for (const { train, test } of folds)
      stored.push({ train: await rows(train), test: await rows(test), categorical: [] });
    const event = {
      ...{ pipeline: pipeline.name, spec: await writeJson(artifacts, "pipeline.json", pipeline), classes },
      dataset: { source: { location: "a" }, rows: { total: 60, train: 60, test: 0 }, train: side, test: side },
      schema: await writeJson(artifacts, "schema.json", {}),
      preprocessor: await writeJson(artifacts, "preprocessor.json", training.state),
      descriptions: await writeJson(artifacts, "inputs.json", describeFeatures(table, ["x", "y"])),
      ...{ report: side, page: side, inputs: ["x", "y"], features: [...training.state.outputs], categorical: [] },
      arrays: { trainX: all.x, trainY: all.y, testX: all.x, testY: all.y },
      ...{ training: all, folds: stored },
    };
    return { event, pipeline };
  }

  async function trained(on = bench, settings: object = { candidates }, signal?: AbortSignal) {
    const { event, pipeline } = await transformedOn(on, settings);
    const emission = await train.run(event, on.context({ pipeline, signal }));
    return modelTrained.schema.parse(emission!.data) as DataOf<typeof modelTrained>;
  }

  it("fits nothing again that an earlier run fitted: another candidate costs its own fits alone", async () => {
    async function chosen(settings: object) {
      const { event, pipeline } = await transformedOn(bench, settings);
      const fitter = countingFitter();
      const choice = await chooseModel(event as never, { ...bench.context({ pipeline }), pipeline }, fitter);
      return { fitter, choice };
    }
    const first = await chosen({ candidates });
    expect(first.fitter.scored).toHaveLength(6);
    const other = { model: "decision-tree", params: {} };
    const second = await chosen({ candidates: [...candidates, other], select: { folds: 3, metric: "accuracy" } });
    expect(second.fitter.scored).toEqual(["decision-tree", "decision-tree", "decision-tree"]);
    expect(second.choice.candidates.slice(0, 2)).toEqual(first.choice.candidates);
    const third = await chosen({ candidates: [other, ...candidates] });
    expect([third.fitter.scored, third.fitter.fitted]).toEqual([[], []]);
    expect(third.choice.made).toEqual(first.choice.made);
    const seeded = await chosen({ candidates, split: { seed: 7 } });
    expect(seeded.fitter.scored).toHaveLength(6);
  });

  it("packages the winner as inference loads it", async () => {
    const { package: bytes, family, metrics, candidates: tried, evaluation } = await trained();
    const model = openModel(await bench.platform.artifacts.get(bytes));
    expect(model.metadata).toMatchObject({ family, metrics, target: "side", seed: 42, trainedOn: { rows: 60 } });
    expect(model.predictRow({ x: 9, y: 9 }).prediction).toBe("right");
    expect(tried.map((candidate) => candidate.family)).toEqual(["ml-random-forest", "logistic-regression"]);
    expect(evaluation).toBe(1);
  });

  it("gives the same bytes for the same input, in another store", async () => {
    const elsewhere = await open();
    try {
      expect((await trained(elsewhere)).package).toEqual((await trained()).package);
    } finally {
      await elsewhere.close();
    }
  });

  it("logs the training once, however often it is done", async () => {
    const [first, second] = [await trained(), await trained()];
    expect(second.tracking).toEqual(first.tracking);
    expect(first.tracking.experiment).toBe("sides");
  });

  it("says of each candidate why it could not be fitted when none was", async () => {
    const impossible = {
      candidates: [
        { model: "ml-random-forest", params: { trees: 0 } },
        { model: "logistic-regression", params: { c: 1 } },
      ],
    };
    const failure: unknown = await trained(bench, impossible).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProblemError);
    expect(failure).toMatchObject({ code: "NO_CANDIDATE_FITTED", problem: { where: "sides" } });
    expect(String(failure)).toMatch(/ml-random-forest: ml-random-forest\.trees.*logistic-regression: .*no parameter c/);
  });

  it("stops with the reason of the signal", async () => {
    await expect(trained(bench, { candidates }, AbortSignal.abort(new Error("stopping")))).rejects.toThrow("stopping");
  });
});
