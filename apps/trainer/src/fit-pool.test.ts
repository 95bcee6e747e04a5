import { ProblemError } from "@millrace/contracts";
import { cloudsOf, preparedOf } from "./fit-job-for-test.js";
import { doFitJob } from "./fit-job.js";
import { fitterOn, openFitter } from "./fit-pool.js";

const logistic = { family: "logistic-regression", params: {} };

describe("learning in threads", () => {
  const there = openFitter({ threads: 2, memoryMb: undefined });
  const here = fitterOn((job) => Promise.resolve(doFitJob(job)), 2);
  afterAll(() => there.stop());
  const { folds, training, classes } = preparedOf({ select: { folds: 2 } });
  const trial = { classes, family: "random-forest", params: { trees: 5 }, seed: 1 };

  it("gives what learning here would give", async () => {
    expect(await there.score(trial, 1, folds[0]!)).toEqual(await here.score(trial, 1, folds[0]!));
    expect(await there.fit(logistic, training.data, 1)).toEqual(await here.fit(logistic, training.data, 1));
  });

  it("learns from a share of the rows where that is asked for, the same of each class and the same ones each time", async () => {
    const seen: number[] = [];
    const counting = fitterOn((job) => (seen.push(job.data === folds[0] ? 1 : 0), Promise.resolve(doFitJob(job))), 2);
    const third = await counting.score(trial, 1 / 3, folds[0]!);
    expect(third).toEqual(await counting.score(trial, 1 / 3, folds[0]!));
    expect(third.metrics).not.toEqual((await counting.score(trial, 1, folds[0]!)).metrics);
    expect(third.probabilities).toHaveLength(folds[0]!.test.y.length * 2);
  });

  it("hands over whatever the candidate threw as a problem, and works afterwards", async () => {
    await expect(there.score({ ...trial, params: { trees: 0 } }, 1, folds[0]!)).rejects.toMatchObject({
      code: "PARAMETER_INVALID",
    });
    const unfit = { ...folds[0]!, train: undefined } as never;
    const error: unknown = await there.score(trial, 1, unfit).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ code: "UNEXPECTED" });
    expect((await there.score(trial, 1, folds[0]!)).metrics).toHaveProperty("log_loss");
  });

  it("rejects when the signal comes, also when it came before, and works afterwards", async () => {
    const abort = new AbortController();
    const long = preparedOf({}, cloudsOf(1800)).training.data;
    const forest = { family: "ml-random-forest", params: { trees: 500 } };
    const fitting = there.fit(forest, long, 1, abort.signal);
    setImmediate(() => abort.abort(new Error("stopping")));
    await expect(fitting).rejects.toThrow("stopping");
    await expect(there.score(trial, 1, folds[0]!, abort.signal)).rejects.toThrow("stopping");
    expect((await there.score(trial, 1, folds[0]!)).metrics).toHaveProperty("log_loss");
  });
});
