import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Retry } from "@millrace/contracts";
import { createMlflowClient, quoted } from "@millrace/mlflow-client-ts";
import { openFaultProxy, type Fault, type FaultProxy } from "./fault-proxy-for-test.js";
import { openTracking, type Tracking } from "./index.js";

const target = process.env.MLFLOW_TRACKING_URI!;
const client = createMlflowClient({ trackingUri: target });
const seeds = Array.from({ length: Number(process.env.MILLRACE_FAULT_SEEDS ?? 6) }, (_, seed) => seed + 1);

// A busy machine takes its time.
jest.setTimeout(90_000);

let dir: string;
let proxy: FaultProxy;
const open: Tracking[] = [];
beforeEach(async () => {
  [dir, proxy] = await Promise.all([mkdtemp(join(tmpdir(), "mirror-")), openFaultProxy(target)]);
});
afterEach(async () => {
  for (const tracking of open.splice(0)) await tracking.close();
  await proxy.down();
  await rm(dir, { recursive: true });
});

async function tracking(mlflowRequired: boolean): Promise<Tracking> {
  const mlflowClient = { timeoutMs: 10_000, transferTimeoutMs: 10_000, retry: { tries: 2, baseMs: 1 } };
  const opened = await openTracking({
    mlflowTrackingUri: proxy.uri,
    dir,
    mlflowRequired,
    mlflowClient,
    mirrorEveryMs: 25,
  });
  open.push(opened);
  return opened;
}

const fresh = (name: string): string => `${name}-${randomUUID().slice(0, 8)}`;
const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
};

/** What the services do with a run, one call after the other; each may be done again. */
async function lifeOfAModel(tracking: Tracking, name: string): Promise<string> {
  const run = { key: name, experiment: name, name: "forest", params: { trees: "10" }, tags: { digest: "9f2c" } };
  const datasets = [{ name: "churn", digest: "9f2c", source: "s3://data/churn", context: "training" }];
  const { runId } = await tracking.openRun({ ...run, datasets });
  const metrics = [0, 1, 2].map((step) => ({ key: "auc", value: step / 10, step }));
  await tracking.logMetrics(runId, metrics);
  await tracking.logArtifact(runId, "plots/roc.txt", Buffer.from("roc"));
  await tracking.closeRun(runId, "FINISHED");
  const files = [{ path: "model.onnx", bytes: Buffer.from("onnx") }];
  const version = { key: name, model: name, runId, experiment: name, files, tags: { status: "approved" } };
  const { version: made } = await tracking.registerVersion(version);
  await tracking.tagVersion(name, made, { stage: "champion" });
  await tracking.setAlias(name, "champion", made);
  expect(await tracking.getAlias(name, "champion")).toBe(made);
  return made;
}

async function expectWhole(name: string): Promise<void> {
  const { experimentId } = await client.experiments.getByName(name);
  const runs = await all(client.runs.search({ experimentIds: [experimentId] }));
  expect(runs).toMatchObject([
    { runName: "forest", status: "FINISHED", params: { trees: "10" }, metrics: { auc: 0.2 } },
  ]);
  expect(runs[0]).toMatchObject({ tags: { digest: "9f2c" }, datasets: [{ digest: "9f2c", context: "training" }] });
  expect(await all(client.runs.metricHistory(runs[0]!.runId, "auc"))).toHaveLength(3);
  const artifact = await client.artifacts.download(runs[0]!.artifactUri, "plots/roc.txt");
  expect(Buffer.from(artifact).toString()).toBe("roc");
  expect(await all(client.modelVersions.search({ filter: `name = ${quoted(name)}` }))).toHaveLength(1);
  expect(await all(client.loggedModels.search({ experimentIds: [experimentId] }))).toHaveLength(1);
  const champion = { version: "1", tags: { stage: "champion", status: "approved" }, runId: runs[0]!.runId };
  expect(await client.aliases.find(name, "champion")).toMatchObject(champion);
}

async function until(what: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 80_000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error("it did not happen within 80 s");
    await new Promise((later) => setTimeout(later, 20));
  }
}

const nothingWaits = () => until(async () => (await readdir(join(dir, "spool/waiting"))).length === 0);

/** Faults as a seed has them: about a third of the calls. */
function faultsOf(seed: number): () => Fault {
  let state = seed * 2_654_435_761;
  const faults = ["cut", "lose-answer", "error-after", "pass", "pass", "pass", "pass", "pass"] as const;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return faults[(state >>> 16) % faults.length]!;
  };
}

describe("MLflow that is not required", () => {
  test("is away from the beginning: everything waits, and is there in its order when it is back", async () => {
    const name = fresh("away");
    await proxy.down();
    const mirrored = await tracking(false);
    const version = await lifeOfAModel(mirrored, name);
    expect(version).toBe(`key:${name}`);
    expect(await mirrored.health()).toMatchObject({
      up: true,
      detail: expect.stringMatching(/^away since .*; 7 writes wait$/),
    });
    const finished = Date.now();
    await proxy.up();
    await nothingWaits();
    await expectWhole(name);
    expect(await mirrored.getAlias(name, "champion")).toBe(version);
    const { experimentId } = await client.experiments.getByName(name);
    const [run] = await all(client.runs.search({ experimentIds: [experimentId] }));
    expect(run!.endTime!.getTime()).toBeLessThanOrEqual(finished);
    expect((await mirrored.health()).detail).toBeUndefined();
  });

  test("comes back for another process: it brings what the first one left, and finds what was called by its key", async () => {
    const name = fresh("heir");
    await proxy.down();
    const first = await tracking(false);
    const { runId } = await first.openRun({ key: name, experiment: name, name: "forest" });
    await first.close();
    await proxy.up();
    const second = await tracking(true);
    await second.logMetrics(runId, [{ key: "late", value: 1 }]);
    const third = await tracking(false);
    await nothingWaits();
    await lifeOfAModel(third, name);
    await expectWhole(name);
  });

  test("two processes with the same folder bring everything once", async () => {
    const name = fresh("two");
    await proxy.down();
    const [first, second] = [await tracking(false), await tracking(false)];
    await Promise.all([lifeOfAModel(first, name), lifeOfAModel(second, name)]);
    await proxy.up();
    await nothingWaits();
    await expectWhole(name);
  });

  test("refuses a write: it is put aside with the reason, and the others go on", async () => {
    const name = fresh("refused");
    await proxy.down();
    const mirrored = await tracking(false);
    await mirrored.openRun({ key: name, experiment: name, name: "n", params: { "no#such*name": "1" } });
    await lifeOfAModel(mirrored, `${name}-good`);
    await proxy.up();
    await nothingWaits();
    await expectWhole(`${name}-good`);
    expect(await readdir(join(dir, "spool/refused"))).toHaveLength(1);
  });

  test.each(seeds)(
    "cuts calls and loses answers, as seed %i has it: one run, one version, everything in them",
    async (seed) => {
      const name = fresh(`seed-${seed}`);
      const mirrored = await tracking(false);
      proxy.fault = faultsOf(seed);
      await lifeOfAModel(mirrored, name);
      proxy.fault = () => "pass";
      await nothingWaits();
      await expectWhole(name);
    },
  );
});

describe("MLflow that is required", () => {
  test.each(seeds)(
    "cuts calls and loses answers, as seed %i has it: the step is done again until it is whole",
    async (seed) => {
      const name = fresh(`again-${seed}`);
      const required = await tracking(true);
      proxy.fault = faultsOf(seed);
      let tries = 0;
      await until(async () => {
        if (++tries > 30) proxy.fault = () => "pass";
        return lifeOfAModel(required, name).then(
          () => true,
          (error: unknown) => {
            if (!(error instanceof Retry)) throw error;
            return false;
          },
        );
      });
      await expectWhole(name);
    },
  );
});
