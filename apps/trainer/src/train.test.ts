import { modelRejected, modelTrained, parsePipeline, ProblemError, type DataOf, type Probe } from "@millrace/contracts";
import { openModel, predictedClasses } from "@millrace/learning";
import { readJson, runServices } from "@millrace/service";
import { openStepBench, repositoryRoot } from "@millrace/testing";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { cloudsOf, preparedOf, transformedIn } from "./fit-job-for-test.js";
import { jobCollection } from "./job-records.js";
import { trainer } from "./service.js";
import { train } from "./train.js";

const candidates = [{ model: "ml-random-forest", params: { trees: 5 } }, { model: "logistic-regression" }];

describe("the train step", () => {
  let bench: Awaited<ReturnType<typeof open>>;
  const open = () =>
    openStepBench((environment) => runServices("test", [trainer], { environment }), { TRAINER_PORT: "0" });
  beforeEach(async () => {
    bench = await open();
  });
  afterEach(() => bench.close());

  async function said(settings: object = { candidates }, about: object = {}, table = cloudsOf(60, 3)) {
    const prepared = preparedOf({ select: { folds: 3 }, ...settings }, table);
    const event = await transformedIn(bench.platform.artifacts, prepared);
    const context = bench.context({ pipeline: prepared.pipeline, ...about });
    const emission = await train.run(event, context);
    return { ...emission!, told: context.told };
  }

  async function trained(...asked: Parameters<typeof said>) {
    return modelTrained.schema.parse((await said(...asked)).data) as DataOf<typeof modelTrained>;
  }

  const jobsDone = async () => {
    const { records } = await bench.platform.records.records(jobCollection).query({ limit: 1000 });
    return records.filter(({ value }) => "folds" in (value.result ?? {})).length;
  };

  it("fits nothing again that an earlier run fitted: another candidate costs its own fits alone", async () => {
    const first = await trained();
    expect(await jobsDone()).toBe(2);
    const other = { model: "decision-tree", params: {} };
    const second = await trained(
      { candidates: [...candidates, other], select: { folds: 3, metric: "accuracy" } },
      { run: "run-2" },
    );
    expect(await jobsDone()).toBe(3);
    expect(second.candidates.slice(0, 2)).toEqual(first.candidates);
    const third = await trained({ candidates: [other, ...candidates] }, { run: "run-3" });
    expect(await jobsDone()).toBe(3);
    expect(third.package).toEqual(first.package);
    await trained({ candidates, split: { seed: 7 } }, { run: "run-4" });
    expect(await jobsDone()).toBe(5);
  });

  it("tries every setting on the folds of each repeat, does the first ones no more, and gives the same again", async () => {
    const once = await trained({ candidates, calibrate: "isotonic", threshold: { optimise: "f1" } });
    const before = await jobsDone();
    const settings = {
      candidates,
      calibrate: "isotonic",
      threshold: { optimise: "f1" },
      select: { folds: 3, repeats: 4 },
    };
    const more = await trained(settings, { run: "run-2" });
    expect(await jobsDone()).toBeGreaterThan(before);
    const { trials } = (await readJson(bench.platform.artifacts, more.search!.table)) as {
      trials: { folds: object[] }[];
    };
    expect(trials.map(({ folds }) => folds.length)).toEqual([12, 12]);
    const first = (await readJson(bench.platform.artifacts, once.search!.table)) as { trials: { folds: object[] }[] };
    trials.forEach(({ folds }, at) => expect(folds.slice(0, 3)).toEqual(first.trials[at]!.folds));
    expect(more.decision).toMatchObject({ calibration: "isotonic", threshold: expect.any(Number) });
    expect((await trained(settings, { run: "run-3" })).package).toEqual(more.package);
  });

  it("packages the winner as inference loads it", async () => {
    const { package: bytes, family, metrics, candidates: tried, evaluation, search } = await trained();
    const model = openModel(await bench.platform.artifacts.get(bytes));
    expect(model.metadata).toMatchObject({ family, metrics, target: "side", seed: 42, trainedOn: { rows: 60 } });
    expect(model.metadata).not.toHaveProperty("threshold");
    expect(model.predictRow({ x: 9, y: 9 }).prediction).toBe("right");
    expect(tried.map((candidate) => candidate.family)).toEqual(["ml-random-forest", "logistic-regression"]);
    expect(evaluation).toBe(1);
    expect(search).toMatchObject({ method: "grid", trials: 2, stopped: 0, failed: 0, ended: "complete" });
    expect(await readJson(bench.platform.artifacts, search!.table)).toMatchObject({ trials: [{ complete: true }, {}] });
  });

  it("hands on some training rows with what the calibrated model said of them in memory", async () => {
    const { package: bytes, probe } = await trained({ candidates, calibrate: "platt" });
    const { inputs, classes, rows, predictions } = (await readJson(bench.platform.artifacts, probe!)) as Probe;
    const model = openModel(await bench.platform.artifacts.get(bytes));
    expect([inputs, classes, rows.length]).toEqual([["x", "y"], ["left", "right"], 32]);
    rows.forEach((row, index) => {
      const { probabilities } = model.predictRow(row as number[]);
      expect(probabilities.left).toBeCloseTo(predictions[index]![0]!, 9);
    });
  });

  it("gives the same bytes for the same input, in another store", async () => {
    const first = await trained();
    await bench.close();
    bench = await open();
    expect((await trained()).package).toEqual(first.package);
  });

  it("logs the training once, however often it is done, with figures by fold, pictures and what it was made of", async () => {
    const [first, second] = [await trained(), await trained()];
    expect(second.tracking).toEqual(first.tracking);
    expect(first.tracking.experiment).toBe("sides");
    const folder = join(bench.folder, "tracking", "runs", first.tracking.runId);
    const lines = (await readFile(join(folder, "metrics.jsonl"), "utf8")).trim().split("\n");
    const metrics = lines.map((line) => JSON.parse(line) as { key: string; step: number });
    expect(metrics.filter(({ key }) => key === "fold_log_loss").map(({ step }) => step)).toEqual([0, 1, 2]);
    expect(metrics.filter(({ key }) => key === "trial_log_loss").map(({ step }) => step)).toEqual([0, 1]);
    expect((await readdir(join(folder, "artifacts", "plots"))).sort()).toEqual(
      expect.arrayContaining(["calibration.svg", "confusion.svg", "pr.svg", "roc.svg"]),
    );
    const training = JSON.parse(await readFile(join(folder, "artifacts", "training.json"), "utf8")) as object;
    expect(training).toMatchObject({ data: { rows: { train: 60 } }, tags: { "millrace.node": process.version } });
    const page = await readFile(join(folder, "artifacts", "training.html"), "utf8");
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  });

  it("says of each candidate why it could not be fitted when none was", async () => {
    const impossible = {
      candidates: [
        { model: "ml-random-forest", params: { trees: 0 } },
        { model: "logistic-regression", params: { c: 1 } },
      ],
    };
    const failure: unknown = await trained(impossible).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProblemError);
    expect(failure).toMatchObject({ code: "NO_CANDIDATE_FITTED", problem: { where: "sides" } });
    expect(String(failure)).toMatch(/ml-random-forest: ml-random-forest\.trees.*logistic-regression: .*no parameter c/);
  });

  it("rejects the best where none meets the floors, with the floors that it misses", async () => {
    const { type, data } = await said({
      candidates,
      select: { folds: 3, at_least: { accuracy: 0.999, log_loss: 0.001 } },
    });
    expect(type).toBe("model.rejected");
    const rejected = modelRejected.schema.parse(data) as DataOf<typeof modelRejected>;
    expect(rejected.reason).toMatch(
      /^No candidate meets the floors: the best, .*accuracy 0\.\d{4} is not at least 0\.999 and log_loss .* at most 0\.001/,
    );
    expect(rejected.failedGates).toHaveLength(2);
    expect(openModel(await bench.platform.artifacts.get(rejected.package)).classes).toEqual(["left", "right"]);
  });

  it("calibrates the winner and chooses its threshold by the rows of the folds, and packages both", async () => {
    const costly = { calibrate: "platt", threshold: { cost: { false_negative: 9, false_positive: 1 } } };
    const { package: bytes, decision } = await trained({
      candidates,
      ...costly,
      target: { column: "side", positive: "left" },
    });
    const { metadata, predictRow } = openModel(await bench.platform.artifacts.get(bytes));
    expect(metadata).toMatchObject({
      threshold: decision!.threshold,
      calibration: { method: "platt" },
      positive: "left",
    });
    expect(decision!.threshold).toBeLessThan(0.4);
    const { probabilities, prediction } = predictRow({ x: 1, y: 1 });
    const values = Float64Array.of(probabilities.left!, probabilities.right!);
    const { classes, positive, threshold } = metadata;
    expect(prediction).toBe(classes[predictedClasses({ classes, positive, threshold, probabilities: values })[0]!]);
  });

  it("takes a threshold as it is given, and refuses one where there are more than two classes", async () => {
    expect((await trained({ candidates, threshold: 0.3 })).decision).toMatchObject({ threshold: 0.3 });
    const three = cloudsOf(60, 3);
    const codes = Int32Array.from({ length: 60 }, (_, row) => row % 3);
    const side = { ...three.columns[2]!, codes, dictionary: ["left", "middle", "right"] };
    const table = { ...three, columns: [...three.columns.slice(0, 2), side as never] };
    const refused = said({ candidates, threshold: { optimise: "f1" } }, { run: "run-2" }, table);
    await expect(refused).rejects.toMatchObject({ code: "THRESHOLD_NEEDS_TWO_CLASSES" });
    expect((await trained({ candidates, calibrate: "isotonic" }, { run: "run-3" }, table)).decision).toMatchObject({
      calibration: "isotonic",
    });
  });

  it("tells how many jobs are done, of how many, and who won", async () => {
    const { told } = await said();
    expect(told[0]).toMatch(/^1 of 2 jobs; best so far/);
    expect(told.at(-1)).toMatch(/ won: log_loss \d/);
  });

  it("does what docs/training.md shows", async () => {
    const page = await readFile(join(repositoryRoot, "docs", "training.md"), "utf8");
    const [, shown] = /```yaml\n([^]*?)```/.exec(page)!;
    const text = `name: sides\nsource: { path: a.csv }\ntarget: { column: side, positive: right }\n${shown}`;
    const { candidates, decision, search } = await trained(parsePipeline({ file: "training.md", text }));
    expect(candidates.map(({ problem }) => problem)).toEqual([undefined, undefined, undefined, undefined]);
    expect(search).toMatchObject({ method: "random", trials: 12, ended: "complete" });
    expect(decision).toMatchObject({ calibration: "isotonic", threshold: expect.any(Number) });
  }, 60_000);

  it("stops with the reason of the signal", async () => {
    await expect(trained({ candidates }, { signal: AbortSignal.abort(new Error("stopping")) })).rejects.toThrow(
      "stopping",
    );
  });
});
