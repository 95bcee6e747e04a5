import { fitCandidates } from "./fit-candidates.js";
import { cloudsOf, jobOf } from "./fit-job-for-test.js";

const weak = { model: "logistic-regression", params: { C: 1e-6 } };
const good = { model: "logistic-regression", params: { C: 1 } };
const impossible = { model: "ml-random-forest", params: { trees: -1 } };
const fit = (settings: object) => fitCandidates(jobOf({ select: { folds: 3 }, ...settings }), () => undefined);

describe("the choice among candidates", () => {
  it.each(["log_loss", "brier", "roc_auc", "accuracy"])("takes the better one by %s, wherever it stands", (metric) => {
    const select = { metric, folds: 3 };
    const table = cloudsOf(61, 3);
    const job = (candidates: object[]) => jobOf({ select, candidates }, table);
    const first = fitCandidates(job([good, weak]), () => undefined);
    const second = fitCandidates(job([weak, good]), () => undefined);
    const [mine, theirs] = [first.candidates[0]!.metrics![metric]!, first.candidates[1]!.metrics![metric]!];
    expect(mine).not.toBe(theirs);
    const better = (metric === "log_loss" || metric === "brier") === mine < theirs ? 0 : 1;
    expect([first.winner, second.winner]).toEqual([better, 1 - better]);
  });

  it("prefers the first of equals", () => {
    expect(fit({ candidates: [good, good] }).winner).toBe(0);
  });

  it("writes down why a candidate failed and goes on with the others", () => {
    const { candidates, winner, model } = fit({ candidates: [impossible, good] });
    expect(winner).toBe(1);
    expect(model).toMatchObject({ family: "logistic-regression", classes: 2 });
    expect(candidates[0]).toMatchObject({
      ...{ family: "ml-random-forest", params: { trees: -1 } },
      problem: { code: "PARAMETER_INVALID", where: "ml-random-forest.trees" },
    });
    expect(candidates[0]).not.toHaveProperty("metrics");
  });

  it("has no winner where all failed", () => {
    expect(fit({ candidates: [impossible] })).toMatchObject({ winner: -1, candidates: [{ problem: {} }] });
  });

  it("counts a candidate as failed that passes the folds and can't be fitted on all rows", () => {
    const job = jobOf({ select: { folds: 3 }, candidates: [good, weak] });
    job.matrix.values[0] = NaN;
    const { winner, candidates } = fitCandidates(job, () => undefined);
    expect(winner).toBe(-1);
    expect(candidates.map(({ problem }) => problem?.code)).toEqual(["MODEL_MATRIX_INVALID", "MODEL_MATRIX_INVALID"]);
  });

  it("says that the metric of selection is not defined where a fold lacks a class", () => {
    const job = jobOf({ select: { metric: "roc_auc", folds: 5 }, candidates: [good] });
    const labels = job.labels.map((_label, row) => (row < 2 ? 1 : 0));
    const { candidates, winner } = fitCandidates({ ...job, labels }, () => undefined);
    expect(winner).toBe(-1);
    expect(candidates[0]!.problem).toMatchObject({ code: "SCORE_UNDEFINED", where: "roc_auc" });
  });

  it("tells how far it is", () => {
    const told: unknown[] = [];
    fitCandidates(jobOf({ select: { folds: 3 }, candidates: [weak, good] }), (...progress) => told.push(progress));
    expect(told).toEqual([
      ["cross-validating logistic-regression", 0, 2],
      ["cross-validating logistic-regression", 1, 2],
      ["fitting logistic-regression on all training rows", 2, 2],
    ]);
  });
});
