import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { openThreadPool, type ThreadPool } from "./thread-pool.js";

/** A thread that ends as its job says. */
const mortal = `
const { parentPort } = require("node:worker_threads");
parentPort.on("message", (wish) => {
  if (wish === "die") process.exit(3);
  if (wish === "refuse") return parentPort.postMessage({ kind: "failed", problem: { code: "NOT_SO", message: "no." } });
  if (wish === "throw") throw new Error("out of order");
  parentPort.postMessage({ kind: "progress", message: wish, done: 1, total: 2 });
  if (wish === "work for ever") return;
  parentPort.postMessage({ kind: "result", result: wish + " done" });
  if (wish === "die afterwards") setImmediate(() => process.exit(4));
});`;

describe("a pool of threads", () => {
  const threads: Worker[] = [];
  let pool: ThreadPool<string, string>;
  const begin = () => {
    const thread = new Worker(mortal, { eval: true });
    threads.push(thread);
    return thread;
  };
  beforeEach(() => {
    threads.length = 0;
    pool = openThreadPool<string, string>(begin);
  });
  afterEach(() => pool.stop());

  it("works again and again in the same thread, and tells its progress", async () => {
    const told: unknown[] = [];
    const onProgress = (...progress: unknown[]) => told.push(progress);
    expect(await pool.run("one", { onProgress })).toBe("one done");
    expect(await pool.run("two", { onProgress })).toBe("two done");
    expect(told).toEqual([
      ["one", 1, 2],
      ["two", 1, 2],
    ]);
    expect(threads).toHaveLength(1);
  });

  it("does several jobs at once and keeps one thread", async () => {
    expect(await Promise.all(["a", "b", "c"].map((job) => pool.run(job)))).toEqual(["a done", "b done", "c done"]);
    expect(threads).toHaveLength(3);
    await pool.run("d");
    expect(threads).toHaveLength(3);
  });

  it("keeps as many threads as it is told to", async () => {
    pool = openThreadPool<string, string>(begin, { keep: 2 });
    for (let round = 0; round < 3; round++) await Promise.all(["a", "b"].map((job) => pool.run(job)));
    expect(threads).toHaveLength(2);
  });

  it("hands over a problem as a problem", async () => {
    await expect(pool.run("refuse")).rejects.toMatchObject({ name: "ProblemError", code: "NOT_SO" });
  });

  it("ends the thread when the signal comes, and does the next job in another", async () => {
    const abort = new AbortController();
    const onProgress = () => abort.abort(new Error("stopping"));
    await expect(pool.run("work for ever", { onProgress, signal: abort.signal })).rejects.toThrow("stopping");
    await expect(pool.run("late", { signal: abort.signal })).rejects.toThrow("stopping");
    expect(await pool.run("next")).toBe("next done");
  });

  it("rejects when the thread dies or throws, and does the next job in another", async () => {
    await expect(pool.run("die")).rejects.toThrow("the training thread ended with code 3");
    await expect(pool.run("throw")).rejects.toThrow("out of order");
    expect(await pool.run("live")).toBe("live done");
  });

  it("does not give a job to a thread that died while it had none", async () => {
    await pool.run("die afterwards");
    if (threads[0]!.threadId !== -1) await once(threads[0]!, "exit");
    expect(await pool.run("live")).toBe("live done");
    expect(threads).toHaveLength(2);
  });
});
