import { ProblemError } from "@millrace/contracts";
import { countingFitter, cloudsOf, preparedOf } from "./fit-job-for-test.js";
import { fitterOn, openFitPool } from "./fit-pool.js";

const candidate = { model: "logistic-regression" as const, params: {} };

describe("learning in threads", () => {
  const pool = openFitPool();
  afterAll(() => pool.stop());
  const { folds, training, classes } = preparedOf({ select: { folds: 2 } });
  const trial = { classes, family: "random-forest", params: { trees: 5 }, seed: 1 };

  it("gives what learning here would give", async () => {
    const [there, here] = [fitterOn(pool), countingFitter()];
    expect(await there.score(trial, folds[0]!)).toEqual(await here.score(trial, folds[0]!));
    expect(await there.fit(candidate, training.data, 1)).toEqual(await here.fit(candidate, training.data, 1));
  });

  it("hands over whatever the candidate threw as a problem, and works afterwards", async () => {
    const fitter = fitterOn(pool);
    await expect(fitter.score({ ...trial, params: { trees: 0 } }, folds[0]!)).rejects.toMatchObject({
      code: "PARAMETER_INVALID",
    });
    const unfit = { ...folds[0]!, train: undefined } as never;
    const error: unknown = await fitter.score(trial, unfit).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ code: "UNEXPECTED" });
    expect(await fitter.score(trial, folds[0]!)).toHaveProperty("log_loss");
  });

  it("rejects when the signal comes, also when it came before, and works afterwards", async () => {
    const abort = new AbortController();
    const fitter = fitterOn(pool, { signal: abort.signal });
    const long = preparedOf({}, cloudsOf(1800)).training.data;
    const forest = { model: "ml-random-forest" as const, params: { trees: 500 } };
    const fitting = fitter.fit(forest, long, 1);
    setImmediate(() => abort.abort(new Error("stopping")));
    await expect(fitting).rejects.toThrow("stopping");
    await expect(fitter.score(trial, folds[0]!)).rejects.toThrow("stopping");
    expect(await fitterOn(pool).score(trial, folds[0]!)).toHaveProperty("log_loss");
  });
});
