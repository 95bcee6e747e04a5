import { appendFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conformsToTracking } from "./conformance.js";
import type { Peek } from "./conformance-driver.js";
import { jsonOf, linesOf } from "./files.js";
import { openTracking } from "./index.js";
import type { LocalMetric, LocalRun } from "./local-runs.js";
import type { LocalVersion } from "./local-versions.js";
import { fileNameOf } from "./names.js";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracking-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const open = () => openTracking({ dir });
const modelAt = (model: string, ...rest: string[]): string => join(dir, "models", fileNameOf(model), ...rest);
const versionOf = async (model: string, version: string): Promise<LocalVersion> =>
  (await jsonOf<LocalVersion>(modelAt(model, "versions", `${version}.json`)))!;

const peek: Peek = {
  run: async (runId) => ({ datasets: [], ...(await jsonOf<LocalRun>(join(dir, "runs", `${runId}.json`)))! }),
  async metric(runId, key) {
    const lines = await linesOf<LocalMetric>(join(dir, "runs", runId, "metrics.jsonl"));
    return lines.filter((line) => line.key === key).map(({ step, value }) => ({ step, value: Number(value) }));
  },
  artifact: (runId, path) => readFile(join(dir, "runs", runId, "artifacts", path)),
  async version(model, version) {
    const { tags, runId, description = "" } = await versionOf(model, version);
    const later = await linesOf<{ tags: object }>(modelAt(model, "versions", `${version}.tags.jsonl`));
    return { runId, description, tags: Object.assign({}, tags, ...later.map((line) => line.tags)) };
  },
  versions: async (model) =>
    (await readdir(modelAt(model, "versions")))
      .filter((name) => /^\d+\.json$/.test(name))
      .map((name) => name.slice(0, -5)),
  file: async (model, version, path) => readFile(modelAt(model, (await versionOf(model, version)).package, path)),
};

describe("local tracking", () => {
  conformsToTracking({ open, peek });

  test("leaves no temporary files behind", async () => {
    const names = await readdir(dir, { recursive: true });
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("a line that a crash cut off is lost alone: what follows is kept", async () => {
    const tracking = await open();
    const { runId } = await tracking.openRun({ key: "crash", experiment: "e", name: "n" });
    await tracking.logMetrics(runId, [{ key: "a", value: 1 }]);
    await appendFile(join(dir, "runs", runId, "metrics.jsonl"), '{"key":"a","st');
    await tracking.logMetrics(runId, [{ key: "a", value: 2, step: 1 }]);
    expect(await peek.metric(runId, "a")).toEqual([
      { step: 0, value: 1 },
      { step: 1, value: 2 },
    ]);
  });

  test("a half written package of a process that died does not stop its version from being registered", async () => {
    const tracking = await open();
    const { runId } = await tracking.openRun({ key: "died", experiment: "e", name: "n" });
    const file = { path: "model.onnx", bytes: Buffer.from("whole") };
    const wanted = { key: "died", model: "died", runId, experiment: "e", files: [file], tags: {} };
    const blocked = { path: "model.onnx/inside", bytes: Uint8Array.of(1) };
    await expect(tracking.registerVersion({ ...wanted, files: [file, blocked] })).rejects.toThrow();
    expect(await readdir(modelAt("died"))).toEqual(["packages"]);
    const { version } = await tracking.registerVersion(wanted);
    expect(Buffer.from(await peek.file("died", version, "model.onnx")).toString()).toBe("whole");
  });

  test("times come from the clock that was given", async () => {
    const tracking = await openTracking({ dir, clock: () => new Date("2024-05-06T07:08:09Z") });
    const { runId } = await tracking.openRun({ key: "clock", experiment: "e", name: "n" });
    await tracking.closeRun(runId, "FINISHED");
    const time = "2024-05-06T07:08:09.000Z";
    expect(await peek.run(runId)).toMatchObject({ startedAt: time, endedAt: time });
  });

  test("a folder that has gone is unhealthy and says so", async () => {
    const gone = await mkdtemp(join(tmpdir(), "tracking-"));
    const tracking = await openTracking({ dir: gone });
    const before = await tracking.health();
    await rm(gone, { recursive: true });
    expect(before.up).toBe(true);
    expect(await tracking.health()).toMatchObject({
      name: "tracking",
      up: false,
      detail: expect.stringContaining(gone),
    });
  });
});

describe("file names", () => {
  const names = ["a/b", "a%2Fb", "..", ".", ".hidden", "%2E.", "Ä", "a b", "ä".repeat(200), `${"ä".repeat(199)}b`];

  test("nothing leaves its folder, and no two names are the same file", () => {
    const files = names.map(fileNameOf);
    expect(new Set(files).size).toBe(names.length);
    for (const file of files) {
      expect(file).toMatch(/^[^/\\.][^/\\]*$/);
      expect(file.length).toBeLessThanOrEqual(200);
    }
  });

  test("ordinary names stay as they are", () => {
    expect(fileNameOf("churn model_v1.2-b")).toBe("churn model_v1.2-b");
  });
});
