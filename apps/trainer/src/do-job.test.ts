import { Worker } from "node:worker_threads";
import { ProblemError, Retry } from "@millrace/contracts";
import { openThreadPool } from "@millrace/learning";
import { ownFault } from "./do-job.js";

/** A thread that ends as its job says. */
const mortal = `
const { parentPort } = require("node:worker_threads");
parentPort.on("message", (wish) => {
  if (wish === "die") process.exit(3);
  if (wish === "throw") throw new Error("out of order");
  if (wish === "eat") for (const all = []; ; ) all.push(new Array(1000).fill(wish.length / 3).map((n) => ({ n })));
  if (wish === "work") parentPort.postMessage({ kind: "result", result: "done" });
});`;

describe("what a fit does to its thread", () => {
  const limits = { resourceLimits: { maxOldGenerationSizeMb: 16 } };
  const pool = openThreadPool<string, string>(() => new Worker(mortal, { eval: true, ...limits }));
  afterAll(() => pool.stop());
  const stopping = new AbortController();
  const trying = (wish: string, ms = 20_000, stop = stopping.signal) =>
    ownFault("run-1", stop, ms, (signal) => pool.run(wish, { signal }));

  it("is a problem of the candidate, and of this training alone: it may go well elsewhere", async () => {
    const cases = { die: "CANDIDATE_CRASHED", throw: "CANDIDATE_CRASHED", eat: "CANDIDATE_OUT_OF_MEMORY" };
    for (const [wish, code] of Object.entries(cases)) {
      expect(await trying(wish)).toMatchObject({ problem: { code }, training: "run-1" });
      expect(await trying("work")).toBe("done");
    }
    expect(await trying("sleep", 50)).toMatchObject({ problem: { code: "CANDIDATE_TIMED_OUT" }, training: "run-1" });
  });

  it("lasts where the candidate itself says what is wrong", async () => {
    const problem = { code: "MODEL_TOO_FEW_ROWS", message: "no." };
    const failing = () => Promise.reject(new ProblemError(problem));
    expect(await ownFault("run-1", stopping.signal, 1000, failing)).toEqual({ problem });
  });

  it("is nobody's fault where the trainer stops, or a store is away", async () => {
    const away = new Retry({ code: "STORE_AWAY", message: "no." });
    await expect(ownFault("run-1", stopping.signal, 1000, () => Promise.reject(away))).rejects.toBe(away);
    const stop = new AbortController();
    const working = trying("sleep", 20_000, stop.signal);
    stop.abort(new Error("stopping"));
    await expect(working).rejects.toThrow("stopping");
  });
});
