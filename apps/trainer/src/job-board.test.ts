import { TRAINING_JOBS_QUEUE } from "@millrace/contracts";
import { stopEmbeddedBroker } from "@millrace/messaging";
import { runServices, type Platform } from "@millrace/service";
import { openStepBench, until } from "@millrace/testing";
import { cloudsOf, preparedOf, transformedIn } from "./fit-job-for-test.js";
import { boardOn } from "./job-board.js";
import { jobCollection } from "./job-records.js";
import { keyOf, messageOf, type Job, type JobResult } from "./job.js";
import { trainer } from "./service.js";

describe("jobs on the board", () => {
  let bench: Awaited<ReturnType<typeof open>>;
  let job: Job;
  const open = (environment: Record<string, string> = {}) =>
    openStepBench((own) => runServices("test", [trainer], { environment: own }), {
      ...{ TRAINER_PORT: "0", LEASE_SECONDS: "1", TRAINER_THREADS: "1" },
      ...environment,
    });
  const openWith = async (environment: Record<string, string> = {}) => {
    bench = await open(environment);
    job = await jobOn(bench.platform);
  };
  afterEach(async () => {
    await bench.close();
    await stopEmbeddedBroker();
  });

  async function jobOn({ artifacts }: Platform, params: object = {}, family = "logistic-regression"): Promise<Job> {
    const prepared = preparedOf({ select: { folds: 2 } }, cloudsOf(1900, 3));
    const { folds, classes } = await transformedIn(artifacts, prepared);
    return { setting: { family, params: { ...params } }, share: 1, folds: folds.slice(0, 1), classes, seed: 1 };
  }
  const about = (signal = new AbortController().signal, timeoutMs = 60_000) => ({
    training: "run-1",
    timeoutMs,
    signal,
  });
  const board = () => boardOn(bench.platform.records);
  const records = () => bench.platform.records.records(jobCollection);
  const codeOf = (result: JobResult) => ("problem" in result ? result.problem.code : "none");

  it("are done once, however often they are asked for", async () => {
    await openWith();
    const results = await Promise.all([1, 2, 3].map(() => board().run(job, about())));
    expect(results[1]).toEqual(results[0]);
    expect((await records().get(keyOf(job)))!.value).toMatchObject({ fence: 1, losses: 0 });
    expect(await board().run(job, { ...about(), training: "run-2" })).toEqual(results[0]);
    expect((await records().get(keyOf(job)))!.value.fence).toBe(1);
  });

  it("are taken over from one that died, and given up after three", async () => {
    await openWith();
    const dead = (losses: number) => ({
      ...{ fence: 7, losses },
      claim: { owner: "dead", host: "elsewhere", pid: 1, expiresAt: new Date(Date.now() + 600).toISOString() },
    });
    await records().putIfAbsent(keyOf(job), dead(1));
    expect(await board().run(job, about())).toHaveProperty("folds");
    const other = { ...job, seed: 2 };
    await records().putIfAbsent(keyOf(other), dead(2));
    expect(codeOf(await board().run(other, about()))).toBe("CANDIDATE_POISONED");
  });

  it("are sent again when their message is gone", async () => {
    await openWith({ LEASE_SECONDS: "0.2" });
    const { bus } = bench.platform;
    const lost: unknown[] = [];
    const publish = bus.publish;
    bus.publish = (event, options) =>
      options?.exchange === TRAINING_JOBS_QUEUE.exchange && lost.length === 0
        ? (lost.push(event), Promise.resolve())
        : publish(event, options);
    expect(await board().run(job, about())).toHaveProperty("folds");
    expect(lost).toHaveLength(1);
  });

  it("fail when they take too long, and the next one is done", async () => {
    await openWith();
    const slow = await jobOn(bench.platform, { trees: 1000 }, "ml-random-forest");
    expect(codeOf(await board().run(slow, about(undefined, 300)))).toBe("CANDIDATE_TIMED_OUT");
    expect(await board().run(job, about())).toHaveProperty("folds");
  });

  it("are left alone once they are withdrawn, and not when the trainer stops", async () => {
    await openWith();
    const slow = await jobOn(bench.platform, { trees: 100 }, "ml-random-forest");
    const busy = board().run(slow, about());
    await until("it is begun", async () => (await records().get(keyOf(slow)))?.value.claim);
    const [withdrawn, stopped] = [new AbortController(), new AbortController()];
    const kept = { ...job, seed: 3 };
    const waiting = [
      board().run(job, about(), withdrawn.signal),
      board().run(kept, about(stopped.signal), withdrawn.signal),
    ];
    await until(
      "both lie in the queue",
      async () =>
        (await bench.platform.bus.depths()).find(({ queue }) => queue === TRAINING_JOBS_QUEUE.name)!.ready > 1,
    );
    stopped.abort(new Error("stopping"));
    await expect(waiting[1]).rejects.toThrow("stopping");
    withdrawn.abort(new Error("not needed"));
    await expect(waiting[0]).rejects.toThrow("not needed");
    expect(await busy).toHaveProperty("folds");
    await until("the one is done", async () => "folds" in ((await records().get(keyOf(kept)))?.value.result ?? {}));
    expect((await records().get(keyOf(job)))!.value.result).toMatchObject({ problem: { code: "NOT_NEEDED" } });
    expect(await board().run(job, { ...about(), training: "run-2" })).toHaveProperty("folds");
  });

  it("fail with what is wrong where their folds are gone, and the board goes on", async () => {
    await openWith();
    const nowhere = { digest: `sha256:${"0".repeat(64)}` as const, size: 1, mediaType: "m", name: "x.npy" };
    const fold = { ...job.folds[0]!, test: { x: nowhere, y: nowhere } };
    expect(codeOf(await board().run({ ...job, folds: [fold] }, about()))).toBe("ARTIFACT_MISSING");
    expect(await board().run(job, about())).toHaveProperty("folds");
  });

  it("fail with what the message was given up for", async () => {
    await openWith();
    const broken = { ...job, folds: [null as never] };
    const lying = messageOf({ key: "k", training: "run-1", job: broken, timeoutMs: 1000 }, new Date());
    await bench.platform.bus.publish({ ...lying, dataschema: "x" }, { exchange: TRAINING_JOBS_QUEUE.exchange });
    await until("a result", async () => (await records().get("k"))?.value.result);
    expect((await records().get("k"))!.value.result).toMatchObject({ problem: { code: "CANDIDATE_CRASHED" } });
  });
});
