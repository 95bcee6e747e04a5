import { modelRejected } from "@millrace/contracts";
import { step } from "@millrace/service";
import { registerVersion, versionOfRun } from "./versions.js";

/** A rejected model is kept as a version with that status, so that one can see what was tried; it never serves. */
export const recordRejected = step({
  name: "record-rejected",
  on: modelRejected,
  emits: [],
  async run(verdict, context) {
    const alreadyServes = verdict.failedGates.includes("different");
    const isNew = (await versionOfRun(context.records, context.run)) === undefined;
    // The model that serves is a version already; one of this run, from an earlier verdict, must not stay approved.
    if (!(alreadyServes && isNew)) await registerVersion(verdict, "rejected", context);
    return undefined;
  },
});
