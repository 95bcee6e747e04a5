import { BY_KEY_TAG } from "./by-key.js";
import type { LoggedMetric, RunToOpen, Tracking, VersionToRegister } from "./tracking.js";

/** A write to experiment tracking, as it is kept until a server has it. Bytes are kept beside it. */
export type Operation =
  | { call: "openRun"; run: RunToOpen }
  | { call: "logMetrics"; runId: string; metrics: readonly SavedMetric[] }
  | { call: "logArtifact"; runId: string; path: string }
  | { call: "closeRun"; runId: string; status: "FINISHED" | "FAILED" }
  | { call: "registerVersion"; version: Omit<VersionToRegister, "files">; paths: readonly string[] }
  | { call: "tagVersion"; model: string; version: string; tags: Readonly<Record<string, string>> }
  | { call: "setAlias"; model: string; alias: string; version: string }
  | { call: "removeAlias"; model: string; alias: string };

/** JSON has no NaN and no infinity, so these are written as text. */
export interface SavedMetric {
  key: string;
  step: number;
  value: number | string;
}

export const savedMetric = ({ key, value, step = 0 }: LoggedMetric): SavedMetric => ({
  ...{ key, step },
  value: Number.isFinite(value) ? value : String(value),
});

export const loggedMetric = ({ key, step, value }: SavedMetric): LoggedMetric => ({ key, step, value: Number(value) });

/** Does a write on a tracking server; done again it changes nothing. */
export async function perform(
  operation: Operation,
  tracking: Tracking,
  bytesOf: (index: number) => Promise<Uint8Array>,
): Promise<unknown> {
  switch (operation.call) {
    case "openRun":
      return tracking.openRun(operation.run);
    case "logMetrics":
      return tracking.logMetrics(operation.runId, operation.metrics.map(loggedMetric));
    case "logArtifact":
      return tracking.logArtifact(operation.runId, operation.path, await bytesOf(0));
    case "closeRun":
      return tracking.closeRun(operation.runId, operation.status);
    case "registerVersion":
      return register(operation, tracking, bytesOf);
    case "tagVersion":
      return tracking.tagVersion(operation.model, operation.version, operation.tags);
    case "setAlias":
      return tracking.setAlias(operation.model, operation.alias, operation.version);
    case "removeAlias":
      return tracking.removeAlias(operation.model, operation.alias);
  }
}

async function register(
  { version, paths }: Extract<Operation, { call: "registerVersion" }>,
  tracking: Tracking,
  bytesOf: (index: number) => Promise<Uint8Array>,
): Promise<void> {
  const files = await Promise.all(paths.map(async (path, index) => ({ path, bytes: await bytesOf(index) })));
  const made = await tracking.registerVersion({ ...version, files });
  // It may have been made by a call whose answer was lost, and without this tag.
  const byKey = version.tags[BY_KEY_TAG];
  if (byKey !== undefined) await tracking.tagVersion(version.model, made.version, { [BY_KEY_TAG]: byKey });
}
