import { randomUUID } from "node:crypto";
import { createMlflowClient, isMissing, tagEquals, quoted, type MlflowClient } from "./index.js";

const client: MlflowClient = createMlflowClient({ trackingUri: process.env.MLFLOW_TRACKING_URI! });
const fresh = (name: string): string => `${name}-${randomUUID().slice(0, 8)}`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
};
const rangeOf = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const newExperiment = async (): Promise<string> =>
  (await client.experiments.create({ name: fresh("client") })).experimentId;
const newRun = async () => client.runs.create({ experimentId: await newExperiment(), runName: "a run" });

async function newVersion(name: string, tags: Record<string, string> = {}) {
  const run = await newRun();
  const model = await client.loggedModels.create({ experimentId: run.experimentId, name, sourceRunId: run.runId });
  await client.loggedModels.upload(model, "model.onnx", bytes("onnx"));
  await client.loggedModels.finalize(model.modelId);
  const from = { source: `models:/${model.modelId}`, runId: run.runId, modelId: model.modelId };
  return client.modelVersions.create({ name, ...from, description: "first", tags });
}

async function newModel(): Promise<string> {
  return (await client.registeredModels.create({ name: fresh("model"), description: "d", tags: { team: "a" } })).name;
}

test("the server is healthy and says its version", async () => {
  await client.server.health();
  expect(await client.server.version()).toMatch(/^\d+\.\d+/);
});

describe("experiments", () => {
  test("one that is created is found by name with its tags", async () => {
    const name = fresh("exp");
    const { experimentId } = await client.experiments.create({ name, tags: { team: "a" } });
    const found = await client.experiments.getByName(name);
    expect(found).toMatchObject({ experimentId, name, lifecycleStage: "active", tags: { team: "a" } });
    expect(found.artifactLocation).toMatch(/^mlflow-artifacts:/);
  });

  test("an unknown one is missing", async () => {
    expect(isMissing(await client.experiments.getByName(fresh("none")).catch((error) => error))).toBe(true);
  });

  test("a name that is taken is refused with MLflow's code, which is not worth a retry", async () => {
    const name = fresh("exp");
    await client.experiments.create({ name });
    const refusal = { code: "RESOURCE_ALREADY_EXISTS", status: 400, retryable: false };
    await expect(client.experiments.create({ name })).rejects.toMatchObject(refusal);
  });

  test("eight that get or create the same name at once get the same experiment", async () => {
    const name = fresh("race");
    const experiments = await Promise.all(rangeOf(8).map(() => client.experiments.getOrCreate({ name })));
    expect(new Set(experiments.map(({ experimentId }) => experimentId)).size).toBe(1);
  });

  test("a deleted one is an error that says how to have it back, and comes back", async () => {
    const name = fresh("gone");
    const { experimentId } = await client.experiments.create({ name });
    await client.experiments.delete(experimentId);
    const opening = client.experiments.getOrCreate({ name });
    await expect(opening).rejects.toMatchObject({ code: "EXPERIMENT_DELETED" });
    await expect(opening).rejects.toThrow(`mlflow experiments restore --experiment-id ${experimentId}`);
    await client.experiments.restore(experimentId);
    expect(await client.experiments.getOrCreate({ name })).toMatchObject({ experimentId });
  });
});

describe("runs", () => {
  test("one that is created, updated and terminated says so", async () => {
    const { runId, artifactUri } = await newRun();
    expect(artifactUri).toMatch(/^mlflow-artifacts:/);
    await client.runs.update(runId, { runName: "renamed" });
    await client.runs.terminate(runId, "FAILED", new Date(1_700_000_000_000));
    const run = await client.runs.get(runId);
    expect(run).toMatchObject({ runName: "renamed", status: "FAILED", endTime: new Date(1_700_000_000_000) });
  });

  test("an unknown one is undefined for find", async () => {
    expect(await client.runs.find(randomUUID().replaceAll("-", ""))).toBeUndefined();
  });

  test("a batch above every limit is logged whole", async () => {
    const { runId } = await newRun();
    const metrics = rangeOf(2_500).map((step) => ({ key: "loss", value: step / 2, step }));
    const map = (prefix: string) => Object.fromEntries(rangeOf(250).map((at) => [`${prefix}${at}`, `${at}`]));
    await client.runs.logBatch(runId, { metrics, params: map("p"), tags: map("t") });
    const run = await client.runs.get(runId);
    expect(run).toMatchObject({ metrics: { loss: 1249.5 }, params: { p249: "249" }, tags: { t249: "249" } });
    expect(Object.keys(run.params)).toHaveLength(250);
    expect(await all(client.runs.metricHistory(runId, "loss"))).toHaveLength(2_500);
  });

  test("the same points logged twice are kept once, so a batch may be repeated", async () => {
    const { runId } = await newRun();
    const metrics = [{ key: "f1", value: 0.5, step: 1, timestamp: new Date(1_700_000_000_000) }];
    await client.runs.logBatch(runId, { metrics, params: { p: "1" } });
    await client.runs.logBatch(runId, { metrics, params: { p: "1" } });
    expect(await all(client.runs.metricHistory(runId, "f1"))).toEqual(metrics);
  });

  test("a metric that is no finite number is logged, and nothing else in the batch is lost", async () => {
    const { runId } = await newRun();
    await client.runs.logBatch(runId, {
      metrics: [
        { key: "nan", value: NaN },
        { key: "ok", value: 1 },
        { key: "inf", value: Infinity },
      ],
    });
    const { metrics } = await client.runs.get(runId);
    expect(metrics).toMatchObject({ nan: NaN, ok: 1 });
    expect(metrics.inf).toBeGreaterThan(1e308);
  });

  test("a param with another value is refused", async () => {
    const { runId } = await newRun();
    await client.runs.logBatch(runId, { params: { depth: "3" } });
    const again = client.runs.logBatch(runId, { params: { depth: "4" } });
    await expect(again).rejects.toMatchObject({ code: "INVALID_PARAMETER_VALUE", status: 400 });
  });

  test("a search goes through all pages, and a filter by a tag with dots and quotes finds one", async () => {
    const experimentId = await newExperiment();
    for (const at of rangeOf(5))
      await client.runs.create({ experimentId, tags: { "my.key": `it's ${at}` }, startTime: new Date(1_000 + at) });
    const search = { experimentIds: [experimentId], orderBy: ["attributes.start_time ASC"] };
    const found = await all(client.runs.search({ ...search, pageSize: 2 }));
    expect(found.map(({ tags }) => tags["my.key"])).toEqual(rangeOf(5).map((at) => `it's ${at}`));
    expect(await all(client.runs.search({ ...search, filter: tagEquals("my.key", "it's 3") }))).toEqual([found[3]]);
  });

  test("a deleted run is not found by a search", async () => {
    const { runId, experimentId } = await newRun();
    await client.runs.delete(runId);
    expect(await all(client.runs.search({ experimentIds: [experimentId] }))).toEqual([]);
    expect(await all(client.runs.search({ experimentIds: [experimentId], runs: "DELETED_ONLY" }))).toHaveLength(1);
  });

  test("a tag is set and set anew", async () => {
    const { runId } = await newRun();
    await client.runs.setTag(runId, "stage", "one");
    await client.runs.setTag(runId, "stage", "two");
    expect((await client.runs.get(runId)).tags).toMatchObject({ stage: "two" });
  });

  test("datasets are logged with their context", async () => {
    const { runId } = await newRun();
    const dataset = { name: "churn", digest: "abc", sourceType: "local", source: "{}", context: "training" };
    await client.runs.logInputs(runId, [dataset]);
    expect((await client.runs.get(runId)).datasets).toEqual([{ name: "churn", digest: "abc", context: "training" }]);
  });
});

describe("artifacts", () => {
  test("a file comes back as it was written, also one with an odd name, and is listed", async () => {
    const { artifactUri } = await newRun();
    await client.artifacts.upload(artifactUri, "plots/roc curve 100% ä.bin", Uint8Array.of(0, 255, 10, 13));
    const back = await client.artifacts.download(artifactUri, "plots/roc curve 100% ä.bin");
    expect([...back]).toEqual([0, 255, 10, 13]);
    expect(await client.artifacts.list(artifactUri)).toMatchObject([{ path: "plots", isDirectory: true }]);
    const file = { path: "roc curve 100% ä.bin", isDirectory: false, size: 4 };
    expect(await client.artifacts.list(artifactUri, "plots")).toEqual([file]);
  });

  test("a path that leaves the run is refused before anything is sent", async () => {
    const { artifactUri } = await newRun();
    const upload = client.artifacts.upload(artifactUri, "../../other/file", bytes("x"));
    await expect(upload).rejects.toMatchObject({ code: "INVALID_ARTIFACT_PATH", sent: false });
  });

  test("a missing one is an error that is not worth a retry", async () => {
    const { artifactUri } = await newRun();
    await expect(client.artifacts.download(artifactUri, "none")).rejects.toMatchObject({ retryable: false });
  });
});

test("a logged model goes from pending to ready, keeps its files, and its run names it", async () => {
  const run = await newRun();
  const made = { experimentId: run.experimentId, name: "m", sourceRunId: run.runId, modelType: "classifier" };
  const model = await client.loggedModels.create({ ...made, params: { a: "1" }, tags: { k: "v" } });
  expect(model).toMatchObject({ status: "LOGGED_MODEL_PENDING", sourceRunId: run.runId });
  await client.loggedModels.upload(model, "MLmodel", bytes("flavors: {}"));
  expect(await client.loggedModels.finalize(model.modelId)).toMatchObject({ status: "LOGGED_MODEL_READY" });
  await client.loggedModels.outputs(run.runId, [{ modelId: model.modelId, step: 1 }]);
  await client.loggedModels.outputs(run.runId, [{ modelId: model.modelId, step: 1 }]);
  expect(await client.loggedModels.get(model.modelId)).toMatchObject({
    status: "LOGGED_MODEL_READY",
    tags: { k: "v" },
  });
  expect((await client.runs.get(run.runId)).modelOutputs).toEqual([model.modelId]);
  expect(await client.artifacts.list(model.artifactUri)).toMatchObject([{ path: "MLmodel" }]);
});

describe("the registry", () => {
  test("a registered model is made once and found with its aliases", async () => {
    const name = await newModel();
    await expect(client.registeredModels.create({ name })).rejects.toMatchObject({ code: "RESOURCE_ALREADY_EXISTS" });
    const { version } = await newVersion(name);
    await client.aliases.set(name, "champion", version);
    const model = { name, description: "d", tags: { team: "a" }, aliases: { champion: version } };
    expect(await client.registeredModels.get(name)).toEqual(model);
    expect(await client.registeredModels.find(fresh("none"))).toBeUndefined();
  });

  test("a version is made from a logged model, described, tagged and found by its tag", async () => {
    const name = await newModel();
    const { version, modelId } = await newVersion(name, { "my.key": "k1" });
    expect(await client.loggedModels.get(modelId!)).toMatchObject({ status: "LOGGED_MODEL_READY" });
    await newVersion(name, { "my.key": "k2" });
    await client.modelVersions.update(name, version, { description: "second" });
    await client.modelVersions.setTag(name, version, "passed", "yes");
    const expected = { status: "READY", modelId, description: "second", tags: { "my.key": "k1", passed: "yes" } };
    expect(await client.modelVersions.get(name, version)).toMatchObject(expected);
    const filter = `name = ${quoted(name)} and ${tagEquals("my.key", "k1")}`;
    expect((await all(client.modelVersions.search({ filter }))).map((found) => found.version)).toEqual([version]);
    expect(await client.modelVersions.find(name, "99")).toBeUndefined();
  });

  test("a search of versions goes through all pages in the order asked for", async () => {
    const name = await newModel();
    for (const _ of rangeOf(3)) await newVersion(name);
    const search = { filter: `name = ${quoted(name)}`, orderBy: ["version_number ASC"], pageSize: 2 };
    expect((await all(client.modelVersions.search(search))).map(({ version }) => version)).toEqual(["1", "2", "3"]);
  });

  test("an alias is set, moved, found and deleted", async () => {
    const name = await newModel();
    const [first, second] = [await newVersion(name), await newVersion(name)];
    await client.aliases.set(name, "champion", first.version);
    await client.aliases.set(name, "champion", second.version);
    expect(await client.aliases.get(name, "champion")).toMatchObject({ version: second.version });
    await client.aliases.delete(name, "champion");
    await client.aliases.delete(name, "champion");
    expect(await client.aliases.find(name, "champion")).toBeUndefined();
  });

  test("a missing alias is RESOURCE_DOES_NOT_EXIST like everything that is missing", async () => {
    const name = await newModel();
    const missing = { code: "RESOURCE_DOES_NOT_EXIST", retryable: false };
    await expect(client.aliases.get(name, "champion")).rejects.toMatchObject(missing);
    await expect(client.aliases.get(fresh("none"), "champion")).rejects.toMatchObject(missing);
  });

  test("a reserved alias and a bad one stay invalid", async () => {
    const { name, version } = await newVersion(await newModel());
    await expect(client.aliases.set(name, "latest", version)).rejects.toMatchObject({
      code: "INVALID_PARAMETER_VALUE",
    });
    await expect(client.aliases.get(name, "no/such name")).rejects.toMatchObject({ code: "INVALID_PARAMETER_VALUE" });
  });
});

test("a host that the server does not allow is explained with what to do", async () => {
  const { port } = new URL(process.env.MLFLOW_TRACKING_URI!);
  const strange = createMlflowClient({ trackingUri: `http://evil.example:${port}`, fetch: withHost("evil.example") });
  const asking = strange.experiments.getByName("Default");
  await expect(asking).rejects.toMatchObject({ code: "HOST_NOT_ALLOWED", status: 403, retryable: false });
  await expect(asking).rejects.toThrow("--allowed-hosts");
});

/** Sends to the real server what a client would that knows it under another name. */
const withHost =
  (host: string): typeof fetch =>
  async (url) => {
    const { request } = await import("node:http");
    const { pathname, search, port } = new URL(String(url));
    const path = pathname + search;
    return new Promise((answer, fail) => {
      request({ host: "127.0.0.1", port, path, headers: { host } }, async (incoming) => {
        const chunks: Buffer[] = await incoming.toArray();
        answer(new Response(Buffer.concat(chunks), { status: incoming.statusCode }));
      })
        .on("error", fail)
        .end();
    });
  };
