import { access, constants, mkdir } from "node:fs/promises";
import { healthCheck } from "./dependency-health.js";
import { localRuns } from "./local-runs.js";
import { localVersions } from "./local-versions.js";
import type { Tracking, VersionToRegister } from "./tracking.js";

/** Tracking in plain files: nothing but Node is needed, and people can read them. Several processes may share the folder. */
export async function openLocalTracking(dir: string, clock: () => Date): Promise<Tracking> {
  await mkdir(dir, { recursive: true });
  const { run, ...runs } = localRuns(dir, clock);
  const versions = localVersions(dir, clock);
  return {
    name: "local",
    ...runs,
    ...versions,
    async registerVersion(version: VersionToRegister) {
      await run(version.runId);
      return versions.registerVersion(version);
    },
    health: healthCheck("tracking", clock, () => access(dir, constants.R_OK | constants.W_OK)),
    close: async () => {},
  };
}
