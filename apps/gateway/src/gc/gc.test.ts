import { rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type {
  ArtifactRef,
  CloudEvent,
  DeploymentRecord,
  Manifest,
  ModelVersionRecord,
  RolloutObservation,
  RunRecord,
} from "@millrace/contracts";
import { deploymentCollection, memoCollection, versionCollection, versionKey } from "@millrace/service";
import { startGateway, type GatewayForTest } from "../gateway-for-test.js";
import { runCollection } from "../run-records.js";
import {
  jobCollection,
  manifestRecords,
  observationCollection,
  progressCollection,
  spanRunCollection,
} from "./gc-collections.js";

const DAY = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY).toISOString();

describe("the collection of garbage", () => {
  let gateway: GatewayForTest;
  beforeEach(async () => {
    gateway = await startGateway();
  });
  afterEach(() => gateway.stop());

  const collect = async (body = {}) => (await gateway.call("POST", "/gc", body)).body;
  const isThere = (ref: ArtifactRef) => gateway.platform.artifacts.has(ref);

  async function put(name: string, value: unknown = name, days = 100): Promise<ArtifactRef> {
    const { artifacts } = gateway.platform;
    const ref = await artifacts.put(Buffer.from(JSON.stringify(value)), { mediaType: "application/json", name });
    const old = new Date(Date.now() - days * DAY);
    await utimes(await artifacts.localPath(ref), old, old);
    return ref;
  }
  async function run(id: string, days: number, refs: ArtifactRef[], status: RunRecord["status"] = "promoted") {
    const { records } = gateway.platform;
    const event = { specversion: "1.0", id, source: "/test", type: "dataset.ingested", data: { refs } } as CloudEvent;
    const at = daysAgo(days);
    const page = { run: id, pipeline: "churn", status, summary: "", startedAt: at, updatedAt: at };
    await records
      .records(runCollection)
      .putIfAbsent(id, { ...page, events: { [event.type]: event }, steps: {}, nudges: 0 });
    const manifest = { run: id, pipeline: "churn", step: "ingest", output: [event], startedAt: at, finishedAt: at };
    await manifestRecords(gateway.platform.records).putIfAbsent(`${id}/ingest/x`, manifest as unknown as Manifest);
  }
  async function version(number: number, bytes: ArtifactRef, more: Partial<ModelVersionRecord> = {}) {
    const known = {
      model: "churn",
      version: number,
      run: `run-${number}`,
      status: "approved",
      package: bytes,
      report: bytes,
    };
    await gateway.platform.records.records(versionCollection).putIfAbsent(versionKey("churn", number), {
      ...known,
      packageDigest: bytes.digest,
      ...more,
    } as ModelVersionRecord);
  }
  const deploy = async (champion: ArtifactRef, previous: ArtifactRef) => {
    const deployment = { champion: { version: 3, package: champion }, previous: { version: 2, package: previous } };
    const record = { model: "churn", generation: 3, alias: "champion", run: "r", reason: "", updatedAt: daysAgo(90) };
    await gateway.platform.records
      .records(deploymentCollection)
      .putIfAbsent("churn", { ...record, ...deployment } as DeploymentRecord);
  };

  it("takes what nothing refers to, says how many bytes, and takes nothing when it is only asked", async () => {
    const orphan = await put("orphan");
    const asked = await collect({ dry_run: true });
    expect(asked).toMatchObject({ dryRun: true, artifacts: 1, bytes: orphan.size });
    expect(await isThere(orphan)).toBe(true);
    expect(await collect()).toEqual({ ...asked, dryRun: false });
    expect(await isThere(orphan)).toBe(false);
    expect(await collect()).toMatchObject({ artifacts: 0, bytes: 0 });
  });

  it("keeps what champions, versions before and the newest versions are made of, with the runs that made them", async () => {
    const bytes = await Promise.all(Array.from({ length: 14 }, (_, at) => put(`package-${at}`)));
    const data = await put("data");
    for (const [at, ref] of bytes.entries()) if (at > 0) await version(at, ref);
    await deploy(bytes[3]!, bytes[2]!);
    await run("run-3", 90, [data]);
    await run("run-1", 90, [await put("old data")]);
    const { versions, artifacts, records } = await collect();
    expect(versions).toEqual(["churn@1"]);
    expect(artifacts).toBe(3);
    expect(records).toMatchObject({ manifests: 1 });
    expect([await isThere(bytes[3]!), await isThere(bytes[2]!), await isThere(data)]).toEqual([true, true, true]);
    const { body } = await gateway.call("GET", "/models/churn");
    expect(body.versions.at(-1)).toMatchObject({ version: 1, collectedAt: expect.any(String) });
    const { body: told } = await gateway.call("GET", "/models/churn/history");
    expect(told.history[0]).toMatchObject({ kind: "collected", version: 1 });
  });

  it("keeps what young runs and runs that go on refer to, also by way of another artifact", async () => {
    const inner = await put("inner");
    const report = await put("report", { table: inner });
    const [young, working, old] = [await put("young"), await put("working"), await put("old")];
    await run("run-young", 5, [young, report]);
    await run("run-working", 90, [working], "running");
    await run("run-old", 90, [old]);
    await collect();
    expect(await Promise.all([inner, report, young, working, old].map(isThere))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it("keeps what was put a moment ago, or put again: a step may be about to name it", async () => {
    const fresh = await put("fresh", "fresh", 0);
    const again = await put("again");
    await gateway.platform.artifacts.put(Buffer.from(JSON.stringify("again")), { mediaType: "x/y", name: "again" });
    expect(await collect()).toMatchObject({ artifacts: 0 });
    expect([await isThere(fresh), await isThere(again)]).toEqual([true, true]);
  });

  it("forgets old memo entries and keeps young ones with what they name", async () => {
    const memo = gateway.platform.records.records(memoCollection);
    const [old, young] = [await put("old value"), await put("young value")];
    await memo.putIfAbsent("a", { kind: "fold", value: old, at: daysAgo(90) });
    await memo.putIfAbsent("b", { kind: "fold", value: young, at: daysAgo(1) });
    expect(await collect()).toMatchObject({ artifacts: 1, records: { memo: 1 } });
    expect([await memo.get("a"), await isThere(young)]).toEqual([undefined, true]);
  });

  it("forgets training jobs that nobody has touched for long, but for those with a result that is kept", async () => {
    const jobs = gateway.platform.records.records(jobCollection);
    const [gone, kept] = [await put("gone"), await put("kept")];
    await run("run-young", 5, [kept]);
    const known: Record<string, object> = {
      failed: { fence: 1, at: daysAgo(90), result: { problem: { code: "X", message: "x." } } },
      lost: { fence: 1, claim: { expiresAt: daysAgo(90) } },
      "metrics alone": { fence: 2, at: daysAgo(90), result: { folds: [{ f1: 1 }] } },
      swept: { fence: 1, at: daysAgo(2), result: { folds: [], outOfFold: gone } },
      "swept before": { fence: 1, at: daysAgo(90), result: { outOfFold: `sha256:${"7".repeat(64)}` } },
      "result kept": { fence: 1, at: daysAgo(90), result: { folds: [], outOfFold: kept } },
      "failed lately": { fence: 1, at: daysAgo(2), result: { problem: { code: "X", message: "x." } } },
      "in work": { fence: 4, at: daysAgo(1), claim: { expiresAt: daysAgo(-1) } },
    };
    for (const [key, value] of Object.entries(known)) await jobs.putIfAbsent(key, value);
    const left = async () => (await jobs.query({ limit: 100 })).records.map(({ key }) => key).sort();
    expect(await collect({ dry_run: true })).toMatchObject({ records: { "training-jobs": 5 } });
    expect(await left()).toHaveLength(8);
    expect(await collect()).toMatchObject({ records: { "training-jobs": 5 } });
    expect(await left()).toEqual(["failed lately", "in work", "result kept"]);
  });

  it("forgets no job that was touched since a run began that goes on", async () => {
    const jobs = gateway.platform.records.records(jobCollection);
    await run("run-long", 120, [], "running");
    await jobs.putIfAbsent("failed", { at: daysAgo(90), result: { problem: { code: "X", message: "x." } } });
    expect(await collect()).toMatchObject({ records: { "training-jobs": 0 } });
  });

  it("forgets how far a source was read where its pipeline is gone or reads another one, and no kept run read it", async () => {
    const progress = gateway.platform.records.records(progressCollection);
    const known = async (key: string, days: number) => {
      const artifact = await put(`span of ${key}`);
      const [pipeline] = key.split("/") as [string];
      await progress.putIfAbsent(key, { pipeline, spans: [{ at: daysAgo(days), artifact } as { at: string }] });
      return artifact;
    };
    const old = await known("churn/before", 200);
    const current = await known("churn/now", 100);
    const removed = await known("removed/a", 100);
    await known("removed/young", 3);
    await known("removed/read", 100);
    await run("run-young", 5, []);
    const read = { pipeline: "removed", run: "run-young" };
    await gateway.platform.records.records(spanRunCollection).putIfAbsent("removed/run-young/read", read);
    const asked = await collect({ dry_run: true });
    expect(asked).toMatchObject({ artifacts: 2, records: { "source-progress": 2 } });
    expect(await collect()).toEqual({ ...asked, dryRun: false });
    expect((await progress.query({ limit: 10 })).records.map(({ key }) => key).sort()).toEqual([
      ...["churn/now", "removed/read", "removed/young"],
    ]);
    expect(await Promise.all([old, current, removed].map(isThere))).toEqual([false, true, false]);
  });

  it("forgets no source while it can't be told which pipelines there are", async () => {
    const progress = gateway.platform.records.records(progressCollection);
    await progress.putIfAbsent("removed/a", { pipeline: "removed", spans: [{ at: daysAgo(90) }] });
    await writeFile(join(gateway.pipelinesDir, "churn/pipeline.yaml"), "name: [");
    expect(await collect()).toMatchObject({ records: { "source-progress": 0 } });
    await rm(join(gateway.pipelinesDir, "churn"), { recursive: true });
    expect(await collect()).toMatchObject({ records: { "source-progress": 0 } });
  });

  it("forgets the counts of rollouts that have ended, and of models that serve no more", async () => {
    const observations = gateway.platform.records.records(observationCollection);
    await deploy(await put("three"), await put("two"));
    const seen = (model: string, generation: number) =>
      observations.putIfAbsent(`${model}@${generation}@a`, { model, generation } as RolloutObservation);
    await Promise.all([seen("churn", 2), seen("churn", 3), seen("removed", 9)]);
    expect(await collect()).toMatchObject({ records: { "rollout-observations": 2 } });
    expect((await observations.query({ limit: 10 })).records.map(({ key }) => key)).toEqual(["churn@3@a"]);
  });

  it("does no harm when it is done twice at once", async () => {
    for (let at = 0; at < 20; at++) await put(`orphan-${at}`);
    const kept = await put("kept");
    await version(1, kept);
    const both = await Promise.all([collect(), collect(), collect()]);
    expect(both.every(({ artifacts }) => artifacts <= 20)).toBe(true);
    expect(await isThere(kept)).toBe(true);
    expect(await collect()).toMatchObject({ artifacts: 0, kept: { artifacts: 1 } });
  });
});
