import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTracking } from "@millrace/tracking";
import { runCli } from "./run-cli.js";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "push-"));
});
afterEach(() => rm(dir, { recursive: true }));

async function push(...args: string[]) {
  let out = "";
  const io = { out: (text: string) => void (out += text), err: fail, terminal: false, environment: {}, cwd: dir };
  const exit = await runCli([...args, "mlflow", "push", "--to", process.env.MLFLOW_TRACKING_URI!], io);
  return { exit, out };
}

const fail = (text: string): void => {
  throw new Error(text);
};

test("a history is pushed line by line, and pushed again there is nothing to do", async () => {
  const experiment = `push-${randomUUID().slice(0, 8)}`;
  const tracking = await openTracking({ dir: join(dir, ".millrace/tracking") });
  for (const key of ["run-1", "run-2"]) {
    const { runId } = await tracking.openRun({ key, experiment, name: key });
    await tracking.logMetrics(runId, [{ key: "auc", value: 0.9 }]);
    await tracking.closeRun(runId, "FINISHED");
    const files = [{ path: "model.onnx", bytes: Buffer.from(key) }];
    const version = { key, model: experiment, runId, experiment, files, tags: {} };
    await tracking.setAlias(experiment, "champion", (await tracking.registerVersion(version)).version);
  }
  const { exit, out } = await push();
  expect(exit).toBe(0);
  expect(out).toMatch(
    /^MLflow 3\.\S+ at http.*\nrun 1 of 2: run-1 of .* \(1 metrics, 0 artifacts\)\nrun 2 of 2: run-2 /,
  );
  expect(out).toContain("version 2 of 2: ");
  expect(out).toMatch(/\npushed 2 runs, 2 versions and 1 aliases; 0 were there\n$/);
  expect((await push()).out).toMatch(/\npushed 0 runs, 0 versions and 0 aliases; 4 were there\n$/);
  const again = JSON.parse((await push("--json")).out);
  expect(again).toEqual({ runs: 0, versions: 0, aliases: 0, known: 4, failed: 0 });
});
