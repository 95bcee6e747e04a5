import { fresh, runToOpen, times, versionToRegister } from "./conformance-examples.js";
import type { Driver } from "./conformance-driver.js";
import type { Tracking } from "./tracking.js";

export function conformsInRuns(driver: Driver): void {
  const { open, peek } = driver;
  let tracking: Tracking;
  beforeEach(async () => {
    tracking = await open();
  });
  afterEach(() => tracking.close());

  test("a run that is opened has its name, params and tags, and runs", async () => {
    const run = runToOpen();
    const { runId } = await tracking.openRun(run);
    const { params, tags, datasets, ...rest } = await peek.run(runId);
    expect(rest).toMatchObject({ name: "gradient-boosting", status: "RUNNING" });
    expect(params).toEqual(run.params);
    expect(tags).toMatchObject({ pipeline: "churn", "millrace.key": run.key });
    expect(datasets).toMatchObject([{ name: "churn", digest: "9f2c", context: "training" }]);
  });

  test("the same key opens the same run, also in another process", async () => {
    const run = runToOpen();
    const first = await tracking.openRun(run);
    expect(await tracking.openRun(run)).toEqual(first);
    expect(await (await open()).openRun(run)).toEqual(first);
  });

  test("eight who open the same key at once open one run", async () => {
    const run = runToOpen();
    const opened = await Promise.all(times(8).map(() => tracking.openRun(run)));
    expect(new Set(opened.map(({ runId }) => runId)).size).toBe(1);
  });

  test("another key, and the same key in another experiment, is another run", async () => {
    const run = runToOpen();
    const ids = [run, { ...run, key: fresh("other") }, { ...run, experiment: fresh("other") }];
    const opened = await Promise.all(ids.map((one) => tracking.openRun(one)));
    expect(new Set(opened.map(({ runId }) => runId)).size).toBe(3);
  });

  test("a run of the same key with another param is refused, and says which", async () => {
    const run = runToOpen();
    await tracking.openRun(run);
    const again = tracking.openRun({ ...run, params: { ...run.params, leaves: "15" } });
    await expect(again).rejects.toMatchObject({ code: "TRACKING_PARAM_CHANGED" });
    await expect(again).rejects.toThrow("leaves was 31 and shall be 15");
  });

  test("a run that is opened again with more params and tags has those as well, and its data once", async () => {
    const run = runToOpen();
    const { runId } = await tracking.openRun(run);
    const again = { ...run, params: { ...run.params, depth: "6" }, tags: { ...run.tags, code: "abc" } };
    await (await open()).openRun(again);
    const { params, tags, datasets } = await peek.run(runId);
    expect(params).toEqual({ ...run.params, depth: "6" });
    expect(tags).toMatchObject({ pipeline: "churn", code: "abc", "millrace.key": run.key });
    expect(datasets).toHaveLength(1);
  });

  test("metrics are kept step by step, and logged again by a repeated step they are there once", async () => {
    const { runId } = await tracking.openRun(runToOpen());
    const metrics = [0, 1, 2].map((step) => ({ key: "auc", value: 0.9 + step / 100, step }));
    await tracking.logMetrics(runId, metrics.slice(0, 2));
    await tracking.logMetrics(runId, metrics);
    await (await open()).logMetrics(runId, metrics);
    expect(await peek.metric(runId, "auc")).toEqual(metrics.map(({ step, value }) => ({ step, value })));
  });

  test("folds that log at the same time lose nothing", async () => {
    const { runId } = await tracking.openRun(runToOpen());
    const folds = times(10).map((_, step) => tracking.logMetrics(runId, [{ key: "f1", value: step, step }]));
    await Promise.all(folds);
    expect(await peek.metric(runId, "f1")).toHaveLength(10);
  });

  test("a point that is logged several times at the same time is there once", async () => {
    const { runId } = await tracking.openRun(runToOpen());
    await Promise.all(times(5).map(() => tracking.logMetrics(runId, [{ key: "f1", value: 0.5, step: 1 }])));
    expect(await peek.metric(runId, "f1")).toEqual([{ step: 1, value: 0.5 }]);
  });

  test("a thousand and more metrics, and one that is not a number, are logged", async () => {
    const { runId } = await tracking.openRun(runToOpen());
    const metrics = times(1_200).map((_, step) => ({ key: "loss", value: step / 7, step }));
    await tracking.logMetrics(runId, [...metrics, { key: "none", value: NaN }]);
    expect(await peek.metric(runId, "loss")).toHaveLength(1_200);
    expect(await peek.metric(runId, "none")).toEqual([{ step: 0, value: NaN }]);
  });

  test("an artifact comes back byte for byte, and written again it is replaced", async () => {
    const { runId } = await tracking.openRun(runToOpen());
    await tracking.logArtifact(runId, "plots/roc curve.png", Uint8Array.of(1, 2));
    await tracking.logArtifact(runId, "plots/roc curve.png", Uint8Array.of(0, 255, 13));
    expect([...(await peek.artifact(runId, "plots/roc curve.png"))]).toEqual([0, 255, 13]);
  });

  test.each(["../../escaped", "/etc/escaped", "a/../../b", "", "a\\b", "."])(
    "an artifact cannot leave its run as %p",
    async (path) => {
      const { runId } = await tracking.openRun(runToOpen());
      const logging = tracking.logArtifact(runId, path, Uint8Array.of(1));
      await expect(logging).rejects.toMatchObject({ code: "TRACKING_PATH_INVALID" });
    },
  );

  test("a run is closed, closed again, and a failed one that is done again succeeds", async () => {
    const run = runToOpen();
    const { runId } = await tracking.openRun(run);
    await tracking.closeRun(runId, "FAILED");
    expect(await peek.run(runId)).toMatchObject({ status: "FAILED" });
    expect(await tracking.openRun(run)).toEqual({ runId });
    await tracking.closeRun(runId, "FINISHED");
    await tracking.closeRun(runId, "FINISHED");
    expect(await peek.run(runId)).toMatchObject({ status: "FINISHED", name: run.name });
  });

  test("an unknown run is a problem that is not worth a retry", async () => {
    const unknown = { code: "TRACKING_RUN_UNKNOWN", name: "ProblemError" };
    const runId = "0".repeat(32);
    await expect(tracking.logMetrics(runId, [{ key: "a", value: 1 }])).rejects.toMatchObject(unknown);
    await expect(tracking.logArtifact(runId, "a", Uint8Array.of(1))).rejects.toMatchObject(unknown);
    await expect(tracking.closeRun(runId, "FINISHED")).rejects.toMatchObject(unknown);
    await expect(tracking.registerVersion({ ...(await versionToRegister(tracking)), runId })).rejects.toMatchObject(
      unknown,
    );
  });
}
