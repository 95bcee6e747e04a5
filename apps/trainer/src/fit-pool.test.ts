import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { ProblemError } from "@millrace/contracts";
import { temporaryFolder } from "@millrace/testing";
import { fitCandidates } from "./fit-candidates.js";
import { cloudsOf, jobOf } from "./fit-job-for-test.js";
import { openFitPool, type FitPool } from "./fit-pool.js";

const never = new AbortController().signal;
const silent = () => undefined;
const quick = () => jobOf({ select: { folds: 2 }, candidates: [{ model: "logistic-regression" }] });

/** A thread that ends as its job says. */
const mortal = `
import { parentPort } from "node:worker_threads";
parentPort.on("message", ({ features: [wish] }) => {
  if (wish === "die") process.exit(3);
  if (wish === "refuse") return parentPort.postMessage({ kind: "failed", problem: { code: "NOT_SO", message: "no." } });
  if (wish === "throw") throw new Error("out of order");
  parentPort.postMessage({ kind: "result", result: { candidates: [], winner: -1 } });
  if (wish === "die afterwards") setImmediate(() => process.exit(4));
});`;

describe("learning in a thread", () => {
  let pool: FitPool;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder("thread");
    await writeFile(join(folder.path, "mortal.mjs"), mortal);
  });
  beforeEach(() => {
    pool = openFitPool();
  });
  afterEach(() => pool.stop());
  afterAll(() => folder.remove());

  const fit = (job = quick()) => pool.fit(job, silent, never);
  const wish = (text: string) => pool.fit({ ...quick(), features: [text] }, silent, never);
  const mortalThread = () => new Worker(pathToFileURL(join(folder.path, "mortal.mjs")));
  const withMortalThread = () => (pool = openFitPool(mortalThread));

  it("gives what learning here would give, and tells its progress", async () => {
    const told: string[] = [];
    const result = await pool.fit(quick(), (message) => told.push(message), never);
    expect(result).toEqual(fitCandidates(quick(), silent));
    expect(told).toHaveLength(2);
  });

  it("works again and again in the same thread", async () => {
    const first = await fit();
    expect(await fit()).toEqual(first);
    expect(await fit()).toEqual(first);
  });

  it("does several jobs at once and keeps one thread", async () => {
    const results = await Promise.all([fit(), fit(), fit()]);
    expect(results[1]).toEqual(results[0]);
    expect(await fit()).toEqual(results[0]);
  });

  it("hands over a problem as a problem and any other error as an error, and works afterwards", async () => {
    const unfit = { ...quick(), pipeline: undefined } as unknown as ReturnType<typeof quick>;
    const error: unknown = await fit(unfit).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining("undefined") });
    expect(error).not.toBeInstanceOf(ProblemError);
    expect((await fit()).winner).toBe(0);
    withMortalThread();
    await expect(wish("refuse")).rejects.toMatchObject({ name: "ProblemError", code: "NOT_SO" });
  });

  it("rejects when the signal comes, also when it came before, and works afterwards", async () => {
    const long = jobOf({ candidates: [{ model: "ml-random-forest", params: { trees: 500 } }] }, cloudsOf(4000));
    const abort = new AbortController();
    const begun = () => abort.abort(new Error("stopping"));
    await expect(pool.fit(long, begun, abort.signal)).rejects.toThrow("stopping");
    await expect(pool.fit(quick(), silent, abort.signal)).rejects.toThrow("stopping");
    expect((await fit()).winner).toBe(0);
  });

  it("rejects when the thread dies or throws, and does the next job in another", async () => {
    withMortalThread();
    await expect(wish("die")).rejects.toThrow("the training thread ended with code 3");
    await expect(wish("throw")).rejects.toThrow("out of order");
    await expect(wish("live")).resolves.toMatchObject({ winner: -1 });
  });

  it("does not give a job to a thread that died while it had none", async () => {
    const died: Promise<unknown>[] = [];
    pool = openFitPool(() => {
      const thread = mortalThread();
      died.push(once(thread, "exit"));
      return thread;
    });
    await wish("die afterwards");
    await died[0];
    await expect(wish("live")).resolves.toMatchObject({ winner: -1 });
    expect(died).toHaveLength(2);
  });
});
