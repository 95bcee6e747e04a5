import { randomUUID } from "node:crypto";
import { tagEquals } from "./index.js";
import { all, onRealServers, rangeOf } from "./real-servers-for-test.js";

onRealServers(({ client, newExperiment, newRun }) => {
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

    test("a deleted run comes back", async () => {
      const { runId } = await newRun();
      await client.runs.delete(runId);
      expect(await client.runs.get(runId)).toMatchObject({ lifecycleStage: "deleted" });
      await client.runs.restore(runId);
      expect(await client.runs.get(runId)).toMatchObject({ lifecycleStage: "active" });
    });

    test("single points and params are logged, and a tag goes away", async () => {
      const { runId } = await newRun();
      await client.runs.logMetric(runId, { key: "auc", value: 0.5, step: 3 });
      await client.runs.logParam(runId, "depth", "6");
      await client.runs.setTag(runId, "gone", "soon");
      await client.runs.deleteTag(runId, "gone");
      const run = await client.runs.get(runId);
      expect(run).toMatchObject({ metrics: { auc: 0.5 }, params: { depth: "6" } });
      expect(run.tags).not.toHaveProperty("gone");
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
      await client.runs.logInputs(runId, [dataset]);
      expect((await client.runs.get(runId)).datasets).toEqual([{ name: "churn", digest: "abc", context: "training" }]);
    });
  });
});
