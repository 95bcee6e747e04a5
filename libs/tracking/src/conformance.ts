import { randomUUID } from "node:crypto";
import type { RunToOpen, Tracking, VersionToRegister } from "./tracking.js";

/** What a test sees of a tracking server without asking the driver. */
export interface Peek {
  run(runId: string): Promise<{ name: string; status: string; params: object; tags: object }>;
  metric(runId: string, key: string): Promise<{ step: number; value: number }[]>;
  artifact(runId: string, path: string): Promise<Uint8Array>;
  version(model: string, version: string): Promise<{ runId: string; description: string; tags: object }>;
  versions(model: string): Promise<string[]>;
  file(model: string, version: string, path: string): Promise<Uint8Array>;
}

/** What every driver does. `open` opens the same tracking anew, as another process would. */
export function conformsToTracking(driver: { open(): Promise<Tracking>; peek: Peek }): void {
  const { open, peek } = driver;
  let tracking: Tracking;
  beforeEach(async () => {
    tracking = await open();
  });
  afterEach(() => tracking.close());

  const fresh = (name: string): string => `${name} ${randomUUID().slice(0, 8)}`;
  const runToOpen = (): RunToOpen => ({
    key: fresh("run-1/train"),
    experiment: fresh("churn"),
    name: "gradient-boosting",
    tags: { pipeline: "churn" },
    params: { learningRate: "0.1", leaves: "31" },
  });
  const times = (count: number): undefined[] => Array.from({ length: count });

  async function versionToRegister(model = fresh("model")): Promise<VersionToRegister> {
    const run = runToOpen();
    const { runId } = await tracking.openRun(run);
    const files = [
      { path: "MLmodel", bytes: Buffer.from("flavors: {}\n") },
      { path: "code/loader.py", bytes: Uint8Array.of(0, 255, 10) },
    ];
    const about = { tags: { digest: "sha256:00" }, description: "the first" };
    return { key: fresh("run-1"), model, runId, experiment: run.experiment, files, ...about };
  }

  describe("runs", () => {
    test("a run that is opened has its name, params and tags, and runs", async () => {
      const run = runToOpen();
      const { runId } = await tracking.openRun(run);
      const { params, tags, ...rest } = await peek.run(runId);
      expect(rest).toMatchObject({ name: "gradient-boosting", status: "RUNNING" });
      expect(params).toEqual(run.params);
      expect(tags).toMatchObject({ pipeline: "churn", "millrace.key": run.key });
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
      await expect(tracking.registerVersion({ ...(await versionToRegister()), runId })).rejects.toMatchObject(unknown);
    });
  });

  describe("versions", () => {
    test("a version has its run, tags, description and files", async () => {
      const wanted = await versionToRegister();
      const { version } = await tracking.registerVersion(wanted);
      const { tags, ...rest } = await peek.version(wanted.model, version);
      expect(rest).toMatchObject({ runId: wanted.runId, description: "the first" });
      expect(tags).toMatchObject({ digest: "sha256:00", "millrace.key": wanted.key });
      expect([...(await peek.file(wanted.model, version, "code/loader.py"))]).toEqual([0, 255, 10]);
      expect(Buffer.from(await peek.file(wanted.model, version, "MLmodel")).toString()).toBe("flavors: {}\n");
    });

    test("versions of a model are numbered, and the same key is the same version, also in another process", async () => {
      const wanted = await versionToRegister();
      expect(await tracking.registerVersion(wanted)).toEqual({ version: "1" });
      expect(await tracking.registerVersion({ ...wanted, key: fresh("second") })).toEqual({ version: "2" });
      expect(await (await open()).registerVersion(wanted)).toEqual({ version: "1" });
      expect(await peek.versions(wanted.model)).toEqual(["1", "2"]);
    });

    test("four who register the same key at once get one version", async () => {
      const wanted = await versionToRegister();
      const versions = await Promise.all(times(4).map(() => tracking.registerVersion(wanted)));
      expect(versions).toEqual(times(4).map(() => ({ version: "1" })));
      expect(await peek.versions(wanted.model)).toEqual(["1"]);
    });

    test("two processes that register the same key at once agree on one version", async () => {
      const wanted = await versionToRegister();
      const other = await open();
      const [a, b] = await Promise.all([tracking.registerVersion(wanted), other.registerVersion(wanted)]);
      expect(a).toEqual(b);
      expect(await tracking.registerVersion(wanted)).toEqual(a);
    });

    test("four who register different keys at once get four versions", async () => {
      const wanted = await versionToRegister();
      const all = times(4).map((_, at) => tracking.registerVersion({ ...wanted, key: `${wanted.key} ${at}` }));
      expect((await Promise.all(all)).map(({ version }) => version).sort()).toEqual(["1", "2", "3", "4"]);
    });

    test("a model with a name full of odd characters keeps apart from its neighbours", async () => {
      const name = fresh("Kündigung 100% .. v1.2");
      await tracking.registerVersion(await versionToRegister(name));
      await tracking.setAlias(name, "champion", "1");
      expect(await tracking.versionWithAlias(name, "champion")).toBe("1");
      expect(await tracking.versionWithAlias(name.replace("%", "_"), "champion")).toBeUndefined();
    });

    test("a version is tagged later, and tagged again", async () => {
      const wanted = await versionToRegister();
      const { version } = await tracking.registerVersion(wanted);
      await tracking.tagVersion(wanted.model, version, { stage: "canary", share: "0.1" });
      await tracking.tagVersion(wanted.model, version, { stage: "champion" });
      await tracking.tagVersion(wanted.model, version, { stage: "champion" });
      const { tags } = await peek.version(wanted.model, version);
      expect(tags).toMatchObject({ stage: "champion", share: "0.1", digest: "sha256:00" });
    });

    test("an alias moves from version to version and back", async () => {
      const wanted = await versionToRegister();
      await tracking.registerVersion(wanted);
      await tracking.registerVersion({ ...wanted, key: fresh("second") });
      for (const version of ["1", "2", "1"]) {
        await tracking.setAlias(wanted.model, "champion", version);
        expect(await tracking.versionWithAlias(wanted.model, "champion")).toBe(version);
      }
    });

    test("there is no version under an alias that was never set, nor of a model that is unknown", async () => {
      const wanted = await versionToRegister();
      await tracking.registerVersion(wanted);
      expect(await tracking.versionWithAlias(wanted.model, "champion")).toBeUndefined();
      expect(await tracking.versionWithAlias(fresh("unknown"), "champion")).toBeUndefined();
    });

    test("an unknown version is a problem that is not worth a retry", async () => {
      const wanted = await versionToRegister();
      await tracking.registerVersion(wanted);
      const unknown = { code: "TRACKING_VERSION_UNKNOWN", name: "ProblemError" };
      await expect(tracking.setAlias(wanted.model, "champion", "7")).rejects.toMatchObject(unknown);
      await expect(tracking.tagVersion(wanted.model, "7", { a: "b" })).rejects.toMatchObject(unknown);
      await expect(tracking.tagVersion(wanted.model, "../1", { a: "b" })).rejects.toMatchObject(unknown);
      await expect(tracking.setAlias(fresh("unknown"), "champion", "1")).rejects.toMatchObject(unknown);
    });

    test("names that a server would refuse are refused with what to do", async () => {
      const wanted = await versionToRegister();
      const invalid = { code: "TRACKING_NAME_INVALID" };
      await expect(tracking.registerVersion({ ...wanted, model: "../other" })).rejects.toMatchObject(invalid);
      await expect(tracking.registerVersion({ ...wanted, model: "" })).rejects.toMatchObject(invalid);
      await expect(tracking.registerVersion({ ...wanted, key: "it's" })).rejects.toMatchObject(invalid);
      await expect(tracking.setAlias(wanted.model, "latest", "1")).rejects.toMatchObject(invalid);
      await expect(tracking.setAlias(wanted.model, "../x", "1")).rejects.toMatchObject(invalid);
      await expect(tracking.versionWithAlias(wanted.model, "v1")).rejects.toMatchObject(invalid);
      const escaping = { ...wanted, files: [{ path: "../../x", bytes: Uint8Array.of(1) }] };
      await expect(tracking.registerVersion(escaping)).rejects.toMatchObject({ code: "TRACKING_PATH_INVALID" });
    });
  });

  test("it is healthy, and remembers since when", async () => {
    const { up, since } = await tracking.health();
    expect(up).toBe(true);
    expect((await tracking.health()).since).toBe(since);
  });
}
