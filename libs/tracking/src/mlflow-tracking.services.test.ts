import { randomUUID } from "node:crypto";
import { createMlflowClient, quoted, type MlflowClient } from "@millrace/mlflow-client-ts";
import { conformsToTracking } from "./conformance.js";
import type { Peek } from "./conformance-driver.js";
import { openTracking } from "./index.js";

let mlflowTrackingUri = "";
let client: MlflowClient;
const open = () => openTracking({ mlflowTrackingUri, dir: "/nowhere" });
const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
};

const peek: Peek = {
  run: async (runId) => {
    const { runName, ...run } = await client.runs.get(runId);
    return { ...run, name: runName };
  },
  metric: async (runId, key) =>
    (await all(client.runs.metricHistory(runId, key))).map(({ step, value }) => ({ step, value })),
  artifact: async (runId, path) => client.artifacts.download((await client.runs.get(runId)).artifactUri, path),
  version: async (model, version) => {
    const { runId = "", description, tags } = await client.modelVersions.get(model, version);
    return { runId, description, tags };
  },
  versions: async (model) =>
    (await all(client.modelVersions.search({ filter: `name = ${quoted(model)}` })))
      .map(({ version }) => version)
      .sort(),
  async file(model, version, path) {
    return client.artifacts.download(await client.modelVersions.artifactUri(model, version), path);
  },
};

const fresh = (name: string): string => `${name} ${randomUUID().slice(0, 8)}`;

// MLflow 2 is there when it was started by name, and in CI.
const servers = [
  { major: 3, uri: process.env.MLFLOW_TRACKING_URI! },
  { major: 2, uri: process.env.MLFLOW2_TRACKING_URI! },
].filter(({ uri }) => uri !== undefined);

describe.each(servers)("tracking in MLflow $major", ({ major, uri }) => {
  beforeAll(() => {
    mlflowTrackingUri = uri;
    client = createMlflowClient({ trackingUri: uri });
  });

  conformsToTracking({ open, peek });

  test("the run has the model that it made, and the model is ready", async () => {
    const { runId, wanted } = await registered();
    const { modelId, status } = await client.modelVersions.get(wanted.model, "1");
    expect(status).toBe("READY");
    if (major < 3) return expect(await filesOf(runId)).toEqual([expect.stringMatching(/^models\/\w+\/model.onnx$/)]);
    expect((await client.runs.get(runId)).modelOutputs).toEqual([modelId]);
    expect((await client.loggedModels.get(modelId!)).status).toBe("LOGGED_MODEL_READY");
  });

  test("a digest of data may be longer than MLflow takes, and is known again", async () => {
    const datasets = [{ name: "churn", digest: `sha256:${"0123456789abcdef".repeat(4)}`, source: "/data/churn.csv" }];
    const run = { key: fresh("key"), experiment: fresh("e"), name: "n", datasets };
    const { runId } = await (await open()).openRun(run);
    await (await open()).openRun(run);
    expect((await client.runs.get(runId)).datasets).toMatchObject([{ digest: "0123456789abcdef0123456789abcdef0123" }]);
  });

  test("a deleted experiment of the same name is a problem that says how to have it back", async () => {
    const tracking = await open();
    const run = { key: fresh("key"), experiment: fresh("deleted"), name: "n" };
    await tracking.openRun(run);
    const { experimentId } = await client.experiments.getByName(run.experiment);
    await client.experiments.delete(experimentId);
    const opening = (await open()).openRun(run);
    await expect(opening).rejects.toMatchObject({ code: "MLFLOW_EXPERIMENT_DELETED", name: "ProblemError" });
    await expect(opening).rejects.toThrow(`mlflow experiments restore --experiment-id ${experimentId}`);
  });

  test("a param that MLflow refuses is a problem with MLflow's code", async () => {
    const run = { key: fresh("key"), experiment: fresh("e"), name: "n", params: { "no#such*name": "1" } };
    await expect((await open()).openRun(run)).rejects.toMatchObject({ code: "MLFLOW_INVALID_PARAMETER_VALUE" });
  });

  // The process dies before a call is sent, or after it was answered: at every call of the flow. The step is then done again.
  test("whatever call a process died at, done again there is one run, one version, and everything in them", async () => {
    const calls = await countedCalls();
    expect(calls).toBeGreaterThan(11);
    for (let at = 1; at <= calls; at++) {
      for (const when of ["before", "after"] as const) await diesAndIsDoneAgain(at, when);
    }
  }, 120_000);
});

const filesOf = async (runId: string): Promise<string[]> =>
  (await all(client.artifacts.walk((await client.runs.get(runId)).artifactUri))).map(({ path }) => path);

async function registered() {
  const tracking = await open();
  const run = { key: fresh("key"), experiment: fresh("e"), name: "n" };
  const { runId } = await tracking.openRun(run);
  const file = { path: "model.onnx", bytes: Buffer.from("onnx") };
  const wanted = { key: fresh("v"), model: fresh("m"), runId, experiment: run.experiment, files: [file], tags: {} };
  await tracking.registerVersion(wanted);
  return { runId, wanted };
}

interface Names {
  key: string;
  model: string;
}

const names = (): Names => ({ key: fresh("key"), model: fresh("m") });

/** What a trainer and a registry do, one after the other. */
async function wholeFlow({ key, model }: Names, withFetch: typeof fetch): Promise<string> {
  const tracking = await openTracking({
    mlflowTrackingUri,
    dir: "/nowhere",
    mlflowClient: { fetch: withFetch, retry: { tries: 1 } },
  });
  const run = { key, experiment: key, name: "n", params: { a: "1" } };
  const { runId } = await tracking.openRun(run);
  await tracking.logMetrics(runId, [{ key: "auc", value: 0.9, step: 1 }]);
  await tracking.closeRun(runId, "FINISHED");
  const files = [{ path: "model.onnx", bytes: Buffer.from("onnx") }];
  const { version } = await tracking.registerVersion({ key, model, runId, experiment: key, files, tags: {} });
  await tracking.tagVersion(model, version, { stage: "champion" });
  await tracking.setAlias(model, "champion", version);
  return runId;
}

async function countedCalls(): Promise<number> {
  let calls = 0;
  await wholeFlow(names(), (...call) => (calls++, fetch(...call)));
  return calls;
}

async function diesAndIsDoneAgain(at: number, when: "before" | "after"): Promise<void> {
  const these = names();
  let calls = 0;
  const dying: typeof fetch = async (...call) => {
    const dies = ++calls >= at;
    if (dies && (when === "before" || calls > at)) throw new TypeError("the process died");
    const answer = await fetch(...call);
    if (!dies) return answer;
    await answer.arrayBuffer();
    throw new TypeError("the process died");
  };
  await expect(wholeFlow(these, dying)).rejects.toMatchObject({ name: "Retry", dependency: "mlflow" });
  await expectWhole(these, await wholeFlow(these, fetch));
}

async function expectWhole({ key, model }: Names, runId: string): Promise<void> {
  const { experimentId } = await client.experiments.getByName(key);
  expect((await all(client.runs.search({ experimentIds: [experimentId] }))).map((run) => run.runId)).toEqual([runId]);
  expect(await client.runs.get(runId)).toMatchObject({ status: "FINISHED", params: { a: "1" }, metrics: { auc: 0.9 } });
  expect(await peek.metric(runId, "auc")).toHaveLength(1);
  expect(await peek.versions(model)).toEqual(["1"]);
  if ((await client.server.version()).startsWith("3"))
    expect(await all(client.loggedModels.search({ experimentIds: [experimentId] }))).toHaveLength(1);
  expect(await client.aliases.find(model, "champion")).toMatchObject({ version: "1", tags: { stage: "champion" } });
  expect(Buffer.from(await peek.file(model, "1", "model.onnx")).toString()).toBe("onnx");
}
