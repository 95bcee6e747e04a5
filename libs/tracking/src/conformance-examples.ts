import { randomUUID } from "node:crypto";
import type { RunToOpen, Tracking, VersionToRegister } from "./tracking.js";

export const fresh = (name: string): string => `${name} ${randomUUID().slice(0, 8)}`;

export const times = (count: number): undefined[] => Array.from({ length: count });

export const runToOpen = (): RunToOpen => ({
  key: fresh("run-1/train"),
  experiment: fresh("churn"),
  name: "gradient-boosting",
  tags: { pipeline: "churn" },
  params: { learningRate: "0.1", leaves: "31" },
  datasets: [{ name: "churn", digest: "9f2c", source: "s3://data/churn", context: "training" }],
});

/** A version to register, of a run that is open. */
export async function versionToRegister(tracking: Tracking, model = fresh("model")): Promise<VersionToRegister> {
  const run = runToOpen();
  const { runId } = await tracking.openRun(run);
  const files = [
    { path: "MLmodel", bytes: Buffer.from("flavors: {}\n") },
    { path: "code/loader.py", bytes: Uint8Array.of(0, 255, 10) },
  ];
  const about = { tags: { digest: "sha256:00" }, description: "the first" };
  return { key: fresh("run-1"), model, runId, experiment: run.experiment, files, ...about };
}
