import { ProblemError } from "@millrace/contracts";
import { fitCandidates } from "./fit-candidates.js";
import { cloudsOf, jobOf } from "./fit-job-for-test.js";
import { openFitPool } from "./fit-pool.js";

const quick = () => jobOf({ select: { folds: 2 }, candidates: [{ model: "logistic-regression" }] });

describe("learning in a thread", () => {
  const pool = openFitPool();
  afterAll(() => pool.stop());

  it("gives what learning here would give, and tells its progress", async () => {
    const told: string[] = [];
    const result = await pool.run(quick(), { onProgress: (message) => told.push(message) });
    expect(result).toEqual(fitCandidates(quick(), () => undefined));
    expect(told).toHaveLength(2);
  });

  it("hands over an error that is no problem as an error, and works afterwards", async () => {
    const unfit = { ...quick(), pipeline: undefined } as unknown as ReturnType<typeof quick>;
    const error: unknown = await pool.run(unfit).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining("undefined") });
    expect(error).not.toBeInstanceOf(ProblemError);
    expect((await pool.run(quick())).winner).toBe(0);
  });

  it("rejects when the signal comes, also when it came before, and works afterwards", async () => {
    const long = jobOf({ candidates: [{ model: "ml-random-forest", params: { trees: 500 } }] }, cloudsOf(4000));
    const abort = new AbortController();
    const onProgress = () => abort.abort(new Error("stopping"));
    await expect(pool.run(long, { onProgress, signal: abort.signal })).rejects.toThrow("stopping");
    await expect(pool.run(quick(), { signal: abort.signal })).rejects.toThrow("stopping");
    expect((await pool.run(quick())).winner).toBe(0);
  });
});
