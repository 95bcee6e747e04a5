import { modelRejected } from "@millrace/contracts";
import { step } from "@millrace/service";
import { registerVersion } from "./versions.js";

/** A rejected model is kept as a version with that tag, so that one can see what was tried; it never serves. */
export const recordRejected = step({
  name: "record-rejected",
  on: modelRejected,
  emits: [],
  async run(verdict, context) {
    const alreadyServes = verdict.champion !== undefined && verdict.failedGates.includes("different");
    if (!alreadyServes) await registerVersion(verdict, "rejected", context);
    return undefined;
  },
});
