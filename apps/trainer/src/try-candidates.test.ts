import { ProblemError } from "@millrace/contracts";
import { crossValidate, resamplerNamed, type ResampleData } from "@millrace/learning";
import { makeBest } from "./choose-candidate.js";
import type { CandidateResult } from "./fit-job.js";
import { cloudsOf, countingFitter, preparedOf, trialsOf } from "./fit-job-for-test.js";
import { tryCandidates, type Metrics } from "./try-candidates.js";

const weak = { model: "logistic-regression", params: { C: 1e-6 } };
const good = { model: "logistic-regression", params: { C: 1 } };
const forest = { model: "random-forest", params: { trees: 5 } };
const impossible = { model: "ml-random-forest", params: { trees: -1 } };

const fit = (settings: object, more: object = {}) =>
  tryCandidates(trialsOf(preparedOf({ select: { folds: 3 }, ...settings }), more), countingFitter(), () => undefined);

describe("the candidates on the folds", () => {
  it("have the scores that cross-validation from the raw rows gives, to the bit", async () => {
    const prepared = preparedOf({ select: { folds: 4 }, candidates: [good, forest] }, cloudsOf(90, 3));
    const results = await tryCandidates(trialsOf(prepared), countingFitter(), () => undefined);
    for (const { family, params, metrics, deviation } of results) {
      const trial = { ...prepared.trial, family, params };
      const { mean, deviation: spread } = crossValidate({ ...trial, folds: 4 });
      expect([metrics, deviation]).toEqual([mean, spread]);
    }
  });

  it("say of one that failed why, and go on with the others", async () => {
    const [first, second] = await fit({ candidates: [impossible, good] });
    expect(first).toMatchObject({
      ...{ family: "ml-random-forest", params: { trees: -1 } },
      problem: { code: "PARAMETER_INVALID", where: "ml-random-forest.trees" },
    });
    expect(first).not.toHaveProperty("metrics");
    expect(second!.metrics).toBeDefined();
  });

  it("are not tried on any more folds once they failed", async () => {
    const fitter = countingFitter();
    const prepared = preparedOf({ select: { folds: 5 }, candidates: [impossible] });
    await tryCandidates(trialsOf(prepared), fitter, () => undefined);
    expect(fitter.scored.length).toBeLessThanOrEqual(2);
  });

  it("lack a metric of selection that is not defined where a fold lacks a class", async () => {
    const prepared = preparedOf({ select: { metric: "roc_auc", folds: 3 }, candidates: [good] });
    const oneClass = { ...prepared.folds[0]!, test: { ...prepared.folds[0]!.test } };
    oneClass.test.y = new Int32Array(oneClass.test.y.length);
    const loadFold = (fold: number) => Promise.resolve(fold === 0 ? oneClass : prepared.folds[fold]!);
    const [result] = await tryCandidates(trialsOf(prepared, { loadFold }), countingFitter(), () => undefined);
    expect(result!.problem).toMatchObject({ code: "SCORE_UNDEFINED", where: "roc_auc" });
  });

  it("are not tried again when their scores are known, and what is new is kept", async () => {
    const kept: [string, readonly Metrics[]][] = [];
    const fitter = countingFitter();
    const known = Array.from({ length: 3 }, () => ({ log_loss: 0.25 }));
    const trials = trialsOf(preparedOf({ select: { folds: 3 }, candidates: [good, forest, impossible] }), {
      recall: ({ model }) => Promise.resolve(model === "random-forest" ? known : undefined),
      keep: ({ model }, folds) => Promise.resolve(void kept.push([model, folds])),
    });
    const results = await tryCandidates(trials, fitter, () => undefined);
    expect(fitter.scored.filter((family) => family !== "ml-random-forest")).toEqual(
      Array(3).fill("logistic-regression"),
    );
    expect(results[1]).toMatchObject({ metrics: { log_loss: 0.25 }, deviation: { log_loss: 0 } });
    expect(kept).toMatchObject([["logistic-regression", [{}, {}, {}]]]);
  });

  it("load each fold once", async () => {
    const loaded: number[] = [];
    const prepared = preparedOf({ select: { folds: 3 }, candidates: [good, weak, forest] });
    const loadFold = (fold: number) => (loaded.push(fold), Promise.resolve(prepared.folds[fold]!));
    await tryCandidates(trialsOf(prepared, { loadFold }), countingFitter(), () => undefined);
    expect(loaded).toEqual([0, 1, 2]);
  });

  it("tell how far they are, and which is best so far", async () => {
    const told: [string, number, number][] = [];
    const trials = trialsOf(preparedOf({ select: { folds: 3 }, candidates: [weak, good] }));
    await tryCandidates(trials, { ...countingFitter(), limit: 1 }, (...progress) => told.push(progress));
    expect(told.map(([, done, total]) => [done, total])).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 6]));
    expect(told[0]![0]).toMatch(/^fold 1 of 3 of logistic-regression; best so far .* with log_loss 0\.\d{4}$/);
  });

  it("learn from rows that were resampled in the fold, with the scores that cross-validation gives", async () => {
    const { resample, parameters } = resamplerNamed("smote");
    const smote = (data: object, context: object) => resample(data as ResampleData, parameters({}), context as never);
    const table = cloudsOf(120, 3);
    const labels = Int32Array.from({ length: 120 }, (_, row) => (row % 5 === 0 ? 1 : 0));
    const side = { ...table.columns[2]!, codes: labels };
    const prepared = preparedOf(
      { candidates: [forest] },
      { ...table, columns: [...table.columns.slice(0, 2), side as never] },
    );
    const { prepareFold } = await import("@millrace/learning");
    const trial = { ...prepared.trial, resample: smote };
    const folds = prepared.splits.map((fold) => prepareFold(trial, fold));
    expect(folds[0]!.train.x.rows).toBeGreaterThan(prepared.folds[0]!.train.x.rows);
    expect(folds[0]!.test).toEqual(prepared.folds[0]!.test);
    const loadFold = (fold: number) => Promise.resolve(folds[fold]!);
    const [result] = await tryCandidates(trialsOf(prepared, { loadFold }), countingFitter(), () => undefined);
    const whole = crossValidate({ ...trial, family: forest.model, params: forest.params, folds: 5 });
    expect(result!.metrics).toEqual(whole.mean);
  });
});

describe("the choice among candidates", () => {
  const scored = (...values: number[]): CandidateResult[] =>
    values.map((value) => ({ family: "f", params: {}, metrics: { accuracy: value, log_loss: value } }));
  const make = (_candidate: CandidateResult, index: number) => Promise.resolve(`model ${index}`);

  it("takes the greater or the less, as the metric is meant, and the first of equals", async () => {
    expect(await makeBest(scored(0.2, 0.9, 0.9), "accuracy", make)).toMatchObject({ winner: 1, made: "model 1" });
    expect(await makeBest(scored(0.9, 0.2, 0.2), "log_loss", make)).toMatchObject({ winner: 1 });
  });

  it("has no winner where all failed", async () => {
    const failed = [{ family: "f", params: {}, problem: { code: "X", message: "no." } }];
    expect(await makeBest(failed, "accuracy", make)).toEqual({ candidates: failed, winner: -1 });
  });

  it("takes the next best where the best can't be fitted on all rows, and says why", async () => {
    const problem = { code: "MODEL_MATRIX_INVALID", message: "no." };
    const failing = (_: unknown, index: number) =>
      index === 1 ? Promise.reject(new ProblemError(problem)) : make(_ as never, index);
    const { winner, candidates, made } = await makeBest(scored(0.2, 0.9), "accuracy", failing);
    expect([winner, made]).toEqual([0, "model 0"]);
    expect(candidates[1]).toEqual({ family: "f", params: {}, problem });
  });

  it("does not take an outage for a candidate's fault", async () => {
    const outage = () => Promise.reject(new Error("the thread ended"));
    await expect(makeBest(scored(0.2, 0.9), "accuracy", outage)).rejects.toThrow("the thread ended");
  });
});
