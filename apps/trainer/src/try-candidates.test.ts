import { pipelineSpec, type Problem } from "@millrace/contracts";
import { crossValidate, resamplerNamed, type ResampleData } from "@millrace/learning";
import { cloudsOf, preparedOf } from "./fit-job-for-test.js";
import { doFitJob } from "./fit-job.js";
import { fitterOn } from "./fit-pool.js";
import type { Job, JobResult } from "./job.js";
import type { StoredFold } from "./load-arrays.js";
import { openProgress } from "./progress.js";
import { searchedOf } from "./search-space.js";
import { bestOfEach, tryCandidates } from "./try-candidates.js";

const weak = { model: "logistic-regression", params: { C: 1e-6 } };
const good = { model: "logistic-regression", params: { C: 1 } };
const forest = { model: "random-forest", params: { trees: 5 } };
const impossible = { model: "ml-random-forest", params: { trees: -1 } };

/** Folds that stand for those in a store; large ones have a job of their own. */
const storedFolds = (count: number, size: number): StoredFold[] =>
  Array.from({ length: count }, (_, fold) => {
    const ref = (name: string) => ({ digest: `sha256:${fold}${name}`, size, mediaType: "m", name }) as never;
    return { train: { x: ref("x"), y: ref("y") }, test: { x: ref("u"), y: ref("v") }, categorical: [] };
  });

const numberOf = ({ train }: StoredFold): number => Number(train.x.digest.charAt(7));

type Run = (job: Job, withdrawn: AbortSignal) => Promise<JobResult>;

function setUp(settings: object, table = cloudsOf(60, 3), more: { resample?: never; size?: number; run?: Run } = {}) {
  const prepared = preparedOf({ select: { folds: 3 }, ...settings }, table, more.resample);
  const { pipeline, classes } = prepared;
  const folds = storedFolds(prepared.folds.length, more.size ?? 1e6);
  const fitter = fitterOn((job) => Promise.resolve(doFitJob(job)), 1);
  const jobs: Job[] = [];
  const told: { message: string; done: number; total: number }[] = [];
  const fit: Run = async ({ setting, share, folds: asked }) => {
    const metrics = [];
    try {
      for (const fold of asked) {
        const trial = { ...setting, classes, seed: pipeline.split.seed };
        metrics.push((await fitter.score(trial, share, prepared.folds[numberOf(fold)]!)).metrics);
      }
    } catch (error) {
      return { problem: (error as { problem: Problem }).problem };
    }
    return { folds: metrics };
  };
  const means = {
    ...{ pipeline, classes, folds },
    run: (job: Job, withdrawn: AbortSignal) => (jobs.push(job), (more.run ?? fit)(job, withdrawn)),
    progress: openProgress(
      pipeline.select.metric,
      (message, how) => void told.push({ message, ...how }),
      () => 0,
    ),
  };
  const searched = searchedOf(pipeline.candidates);
  const go = async () => {
    const tried = await tryCandidates(searched, means);
    return { tried, results: bestOfEach(searched, tried, pipeline.select.metric).map(({ result }) => result) };
  };
  return { prepared, jobs, told, fit, go };
}

describe("the candidates on the folds", () => {
  it("have the scores that cross-validation from the raw rows gives, to the bit", async () => {
    const { prepared, go } = setUp({ select: { folds: 4 }, candidates: [good, forest] }, cloudsOf(90, 3));
    for (const { family, params, metrics, deviation } of (await go()).results) {
      const { mean, deviation: spread } = crossValidate({ ...prepared.trial, family, params, folds: 4 });
      expect([metrics, deviation]).toEqual([mean, spread]);
    }
  });

  it("say of one that failed why, without a job for it, and go on with the others", async () => {
    const { jobs, go } = setUp({ candidates: [impossible, good] });
    const [first, second] = (await go()).results;
    expect(first).toMatchObject({
      ...{ family: "ml-random-forest", params: { trees: -1 } },
      problem: { code: "PARAMETER_INVALID", where: "ml-random-forest.trees" },
    });
    expect(first).not.toHaveProperty("metrics");
    expect(second!.metrics).toBeDefined();
    expect(jobs.map(({ setting }) => setting.family)).toEqual(Array(3).fill("logistic-regression"));
  });

  it("withdraw what is behind the fold that failed, and tell the first problem", async () => {
    const withdrawn: number[] = [];
    const problem = { code: "NOT_SO", message: "no." };
    const { go } = setUp({ candidates: [forest], select: { folds: 4 } }, cloudsOf(60, 3), {
      run: async ({ folds: [fold] }, signal) => {
        const number = numberOf(fold!);
        if (number === 1) return { problem };
        if (number === 0) return { folds: [{ log_loss: 0.5 }] };
        await new Promise((_, reject) =>
          signal.addEventListener("abort", () => (withdrawn.push(number), reject(signal.reason as Error))),
        );
        return { folds: [] };
      },
    });
    expect((await go()).results[0]).toMatchObject({ family: "random-forest", problem });
    expect(withdrawn).toEqual([2, 3]);
  });

  it("lack a metric of selection that is not defined where a fold lacks a class", async () => {
    const run = () => Promise.resolve({ folds: [{ accuracy: 1 }] });
    const { go } = setUp({ select: { metric: "roc_auc", folds: 3 }, candidates: [good] }, undefined, { run });
    expect((await go()).results[0]!.problem).toMatchObject({ code: "SCORE_UNDEFINED", where: "roc_auc" });
  });

  it("have one job for several small folds, and one for each large one", async () => {
    for (const [size, jobs] of [
      [1e6, 6],
      [1e4, 6],
      [4e3, 3],
      [100, 1],
    ] as const) {
      const set = setUp({ candidates: [weak], select: { folds: 6 } }, cloudsOf(90), { size });
      await set.go();
      expect(set.jobs).toHaveLength(jobs);
    }
  });

  it("tell how far they are, and which is best so far", async () => {
    const { told, go } = setUp({ candidates: [weak, good] });
    await go();
    expect(told.map(({ done, total }) => [done, total])).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 6]));
    expect(told[0]!.message).toMatch(/^1 of 6 jobs; best so far logistic-regression with log_loss 0\.\d{4}$/);
  });

  it("learn from rows that were resampled in the fold, with the scores that cross-validation gives", async () => {
    const { resample, parameters } = resamplerNamed("smote");
    const smote = (data: object, context: object) => resample(data as ResampleData, parameters({}), context as never);
    const table = cloudsOf(120, 3);
    const codes = Int32Array.from({ length: 120 }, (_, row) => (row % 5 === 0 ? 1 : 0));
    const rare = { ...table, columns: [...table.columns.slice(0, 2), { ...table.columns[2]!, codes } as never] };
    const { prepared, go } = setUp({ candidates: [forest] }, rare, { resample: smote as never });
    const trial = { ...prepared.trial, family: forest.model, params: forest.params };
    expect((await go()).results[0]!.metrics).toEqual(crossValidate({ ...trial, folds: 3 }).mean);
  });
});

const searchedC = (values: readonly number[]) => ({ model: "logistic-regression", search: { C: values } });

describe("the search among settings", () => {
  it("tries a grid whole, and each candidate stands for its best setting", async () => {
    const { go, jobs } = setUp({ candidates: [searchedC([1e-6, 1e-3, 1]), forest] });
    const { tried, results } = await go();
    expect([tried.method, tried.ended, tried.settings.length, jobs.length]).toEqual(["grid", "complete", 4, 12]);
    expect(results[0]).toMatchObject({ params: { C: 1 }, trials: 3 });
    expect(results[1]).not.toHaveProperty("trials");
  });

  it("does not try what two candidates have in common twice", async () => {
    const { go, jobs } = setUp({ candidates: [searchedC([1, 2]), good, good] });
    const { results } = await go();
    expect(jobs).toHaveLength(6);
    expect(results.map(({ metrics }) => metrics !== undefined)).toEqual([true, true, true]);
  });

  it("gives the same settings and the same winner however many jobs are done at once, and in whichever order", async () => {
    const range = { model: "logistic-regression", search: { C: { from: 1e-5, to: 10, log: true } } };
    for (const search of ["tpe", "random", "halving"]) {
      const settings = { candidates: [range, forest], select: { folds: 3, search, trials: 9 } };
      const plain = await setUp(settings).go();
      let turn = Promise.resolve<unknown>(undefined);
      const behind = setUp(settings);
      const oneByOne: Run = (job, signal) => (turn = turn.then(() => behind.fit(job, signal))) as Promise<JobResult>;
      const serial = await setUp(settings, undefined, { run: oneByOne }).go();
      expect(serial.tried).toEqual(plain.tried);
      expect(plain.tried.settings.length).toBeGreaterThanOrEqual(9);
    }
  });

  it("leaves settings that are far behind after two folds", async () => {
    const settings = {
      candidates: [searchedC([...Array(18).keys()].map((n) => n + 1))],
      select: { folds: 6, metric: "accuracy" },
    };
    const score = ({ setting }: Job) => (Number(setting.params.C) > 16 ? 0.2 : 0.9);
    const run: Run = (job) => Promise.resolve({ folds: job.folds.map((_, n) => ({ accuracy: score(job) + n / 1e4 })) });
    const { go, jobs } = setUp(settings, cloudsOf(120), { run });
    const { tried } = await go();
    expect(tried.settings.filter(({ stopped }) => stopped).map(({ params }) => params.C)).toEqual([17, 18]);
    expect(jobs).toHaveLength(16 * 6 + 2 * 2);
  });

  it("stops when the time is over, says so, and has tried one setting all the same", async () => {
    const settings = { candidates: [good, forest, weak], select: { folds: 2, budget: "1s" } };
    const started: string[] = [];
    const { fit, go } = setUp(settings, undefined, {
      run: async (job, signal) => {
        started.push(job.setting.family);
        if (job.setting.family === "logistic-regression" && job.setting.params.C === 1) return fit(job, signal);
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
      },
    });
    const { tried, results } = await go();
    expect(tried.ended).toBe("out of time");
    expect(tried.settings).toHaveLength(1);
    expect(results[1]!.problem).toMatchObject({ code: "CANDIDATE_NOT_TRIED" });
    expect(new Set(started)).toEqual(new Set(["logistic-regression", "random-forest"]));
  });

  it("refuses a parameter that the family does not have, or not so, before any fit", () => {
    const of = (search: object) =>
      searchedOf(
        pipelineSpec.parse({
          name: "a",
          source: { path: "a" },
          target: { column: "c" },
          candidates: [{ model: "gradient-boosting", search }],
        }).candidates,
      );
    expect(() => of({ learning_rate: [0.1] })).toThrow(expect.objectContaining({ code: "PARAMETER_UNKNOWN" }));
    expect(() => of({ leaves: [15, 1] })).toThrow(expect.objectContaining({ code: "PARAMETER_INVALID" }));
    expect(() => of({ leaves: { from: 0, to: 15 } })).toThrow(expect.objectContaining({ code: "PARAMETER_INVALID" }));
    expect(of({ leaves: { from: 4, to: 15 }, learningRate: { from: 1, to: 2 } })[0]!.space).toMatchObject({
      leaves: { min: 4, max: 15, integer: true },
      learningRate: { min: 1, max: 2, integer: false },
    });
  });

  it("combines models as pipeline.yaml names them", async () => {
    const members = [good, { model: "decision-tree", params: { maxDepth: 2 } }];
    const { go } = setUp({
      candidates: [
        { model: "voting", members, params: { weights: [2, 1] } },
        { model: "stacking", members, final: good },
      ],
    });
    for (const { metrics, problem } of (await go()).results) {
      expect(problem).toBeUndefined();
      expect(metrics!.accuracy).toBeGreaterThan(0.5);
    }
  });
});
