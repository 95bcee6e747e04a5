import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMlflowClient, quoted } from "@millrace/mlflow-client-ts";
import { openFaultProxy, type FaultProxy } from "./fault-proxy-for-test.js";
import { openTracking, pushHistory, type Pushed, type Tracking } from "./index.js";

const trackingUri = process.env.MLFLOW_TRACKING_URI!;
const client = createMlflowClient({ trackingUri });
const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
};

// A busy machine takes its time.
jest.setTimeout(90_000);

let dir: string;
let name: string;
let local: Tracking;
let lines: string[];
let hour: number;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "history-"));
  name = `history-${randomUUID().slice(0, 8)}`;
  [lines, hour] = [[], 0];
  local = await openTracking({ dir, clock: () => new Date(Date.UTC(2024, 4, 6, hour)) });
});
afterEach(() => rm(dir, { recursive: true }));

const push = (to = trackingUri, experiments?: string[]): Promise<Pushed> =>
  pushHistory({ dir, to: { trackingUri: to, retry: { tries: 1 } }, experiments, say: (line) => lines.push(line) });

/** A run an hour, each with a version. */
async function history(runs: number, { experiment = name, from = 0 } = {}): Promise<void> {
  for (let at = from; at < runs; at++) {
    hour++;
    const run = {
      key: `run-${at}`,
      experiment,
      name: `train ${at}`,
      params: { trees: `${at}` },
      tags: { digest: "9f" },
    };
    const datasets = [{ name: "churn", digest: "9f", source: "data.csv", context: "training" }];
    const { runId } = await local.openRun({ ...run, datasets });
    await local.logMetrics(
      runId,
      [0, 1, 2].map((step) => ({ key: "auc", value: at + step / 10, step })),
    );
    await local.logMetrics(runId, [{ key: "none", value: NaN }]);
    await local.logArtifact(runId, "plots/roc.txt", Buffer.from(`roc ${at}`));
    const files = [{ path: "model.onnx", bytes: Buffer.from(`onnx ${at}`) }];
    const version = { key: `run-${at}`, model: experiment, runId, experiment, files, tags: { run: `${at}` } };
    const made = await local.registerVersion({ ...version, description: `of run ${at}` });
    await local.tagVersion(experiment, made.version, { status: "approved" });
    await local.setAlias(experiment, "champion", made.version);
    hour++;
    await local.closeRun(runId, at === 0 ? "FAILED" : "FINISHED");
  }
}

async function onServer(experiment = name) {
  const { experimentId } = await client.experiments.getByName(experiment);
  const runs = await all(client.runs.search({ experimentIds: [experimentId], orderBy: ["attributes.start_time ASC"] }));
  const versions = await all(client.modelVersions.search({ filter: `name = ${quoted(experiment)}` }));
  return { runs, versions: versions.sort((a, b) => Number(a.version) - Number(b.version)) };
}

test("the whole history is on the server, with its own times, numbers, files, tags and aliases", async () => {
  await history(3);
  expect(await push()).toEqual({ runs: 3, versions: 3, aliases: 1, known: 0, failed: 0 });
  const { runs, versions } = await onServer();
  expect(runs.map(({ runName, status }) => [runName, status])).toEqual([
    ["train 0", "FAILED"],
    ["train 1", "FINISHED"],
    ["train 2", "FINISHED"],
  ]);
  const one = { startTime: new Date(Date.UTC(2024, 4, 6, 3)), endTime: new Date(Date.UTC(2024, 4, 6, 4)) };
  expect(runs[1]).toMatchObject({ ...one, params: { trees: "1" }, tags: { digest: "9f", "millrace.key": "run-1" } });
  expect(runs[1]).toMatchObject({
    metrics: { auc: 1.2, none: NaN },
    datasets: [{ name: "churn", context: "training" }],
  });
  expect(await all(client.runs.metricHistory(runs[1]!.runId, "auc"))).toHaveLength(3);
  expect(Buffer.from(await client.artifacts.download(runs[1]!.artifactUri, "plots/roc.txt")).toString()).toBe("roc 1");
  expect(versions.map(({ version, tags, runId }) => [version, tags.run, tags.status, runId])).toEqual(
    runs.map(({ runId }, at) => [`${at + 1}`, `${at}`, "approved", runId]),
  );
  expect(await client.aliases.get(name, "champion")).toMatchObject({ version: "3", description: "of run 2" });
  const uri = await client.modelVersions.artifactUri(name, "3");
  expect(Buffer.from(await client.artifacts.download(uri, "model.onnx")).toString()).toBe("onnx 2");
});

test("pushed twice there is nothing twice, and what was added in between is added", async () => {
  await history(2);
  await push();
  const before = await onServer();
  lines = [];
  expect(await push()).toEqual({ runs: 0, versions: 0, aliases: 0, known: 4, failed: 0 });
  expect(lines).toHaveLength(1);
  expect(await onServer()).toEqual(before);
  await local.tagVersion(name, "1", { status: "rejected" });
  await history(3, { from: 2 });
  expect(await push()).toMatchObject({ runs: 1, versions: 1, aliases: 1, failed: 0 });
  const { runs, versions } = await onServer();
  expect(runs).toHaveLength(3);
  expect(versions.map(({ tags }) => tags.status)).toEqual(["rejected", "approved", "approved"]);
  expect(await client.aliases.get(name, "champion")).toMatchObject({ version: "3" });
});

test("an alias that was moved on the server stays there", async () => {
  await history(2);
  await push();
  await client.aliases.set(name, "champion", "1");
  expect(await push()).toMatchObject({ aliases: 0 });
  expect(await client.aliases.get(name, "champion")).toMatchObject({ version: "1" });
});

test("a run that was deleted on the server is not pushed again", async () => {
  await history(2);
  await push();
  await client.runs.delete((await onServer()).runs[0]!.runId);
  expect(await push()).toMatchObject({ runs: 0, versions: 0, known: 4 });
  expect((await onServer()).runs).toHaveLength(1);
});

test("one experiment is pushed alone, and an unknown one is told apart", async () => {
  await history(1);
  await history(1, { experiment: `${name}-other` });
  expect(await push(trackingUri, [`${name}-other`])).toMatchObject({ runs: 1, versions: 1 });
  await expect(client.experiments.getByName(name)).rejects.toMatchObject({ code: "RESOURCE_DOES_NOT_EXIST" });
  await expect(push(trackingUri, ["nothing"])).rejects.toThrow(`There are ${name}, ${name}-other.`);
});

test("what the server refuses is told, and the rest is pushed", async () => {
  await local.openRun({ key: "bad", experiment: name, name: "bad", params: { "no#such*name": "1" } });
  await history(1);
  expect(await push()).toMatchObject({ runs: 1, versions: 1, failed: 1 });
  expect(lines.join("\n")).toContain(`run bad of ${name} was refused: `);
});

describe("a connection that breaks", () => {
  let proxy: FaultProxy;
  beforeEach(async () => {
    proxy = await openFaultProxy(trackingUri);
  });
  afterEach(() => proxy.down());

  test("broken off at every few calls and begun again, everything is there once", async () => {
    await history(2);
    let calls = 0;
    let most = 3;
    proxy.fault = () => (++calls > most ? (calls % 2 === 0 ? "cut" : "lose-answer") : "pass");
    const pushed = async (): Promise<boolean> => {
      [calls, most] = [0, most + 3];
      return push(proxy.uri).then(
        () => true,
        (error: { code: string }) => (expect(error.code).toBe("MLFLOW_UNAVAILABLE"), false),
      );
    };
    let tries = 0;
    while (!(await pushed())) tries++;
    expect(tries).toBeGreaterThan(3);
    const { runs, versions } = await onServer();
    expect([runs.length, versions.length]).toEqual([2, 2]);
    expect(await all(client.runs.metricHistory(runs[1]!.runId, "auc"))).toHaveLength(3);
    expect(await client.aliases.get(name, "champion")).toMatchObject({ version: "2" });
  });
});
