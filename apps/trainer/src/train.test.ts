import { modelTrained, ProblemError, type DataOf } from "@millrace/contracts";
import { encodeNpy, fitPreprocessor, openModel } from "@millrace/learning";
import { runServices, writeJson, writeTableArtifact } from "@millrace/service";
import { openStepBench } from "@millrace/testing";
import { jobOf } from "./fit-job-for-test.js";
import { stopFitting } from "./fit-pool.js";
import { train } from "./train.js";

const candidates = [{ model: "ml-random-forest", params: { trees: 5 } }, { model: "logistic-regression" }];

describe("the train step", () => {
  let bench: Awaited<ReturnType<typeof open>>;
  const open = () => openStepBench((environment) => runServices("test", [], { environment }));
  beforeEach(async () => {
    bench = await open();
  });
  afterEach(() => bench.close());
  afterAll(stopFitting);

  async function trained(on = bench, settings: object = { candidates }, signal?: AbortSignal) {
    const { artifacts } = on.platform;
    const { pipeline, table, features, matrix, labels, classes } = jobOf({ select: { folds: 3 }, ...settings });
    const npy = (name: string, array: typeof matrix | Int32Array) =>
      artifacts.put(encodeNpy(array), { mediaType: "application/x-npy", name });
    const preprocessor = fitPreprocessor(table, pipeline.preprocess, { features });
    const side = await writeTableArtifact(artifacts, "train.parquet", table);
    const arrays = { trainX: await npy("x.npy", matrix), trainY: await npy("y.npy", labels) };
    const event = {
      ...{
        pipeline: pipeline.name,
        spec: await writeJson(artifacts, "pipeline.json", pipeline),
        inputs: features,
        classes,
      },
      dataset: { source: { location: "a" }, rows: { total: 60, train: 60, test: 0 }, train: side, test: side },
      schema: await writeJson(artifacts, "schema.json", {}),
      preprocessor: await writeJson(artifacts, "preprocessor.json", preprocessor),
      features: [...preprocessor.outputs],
      arrays: { ...arrays, testX: arrays.trainX, testY: arrays.trainY },
    };
    const emission = await train.run(event, on.context({ pipeline, signal }));
    return modelTrained.schema.parse(emission!.data) as DataOf<typeof modelTrained>;
  }

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
