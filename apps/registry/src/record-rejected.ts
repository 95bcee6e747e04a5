import { modelRejected, type DataOf } from "@millrace/contracts";
import { step, type StepContext } from "@millrace/service";
import { everServed } from "./deployment.js";
import { registerVersion, versionOfRun } from "./versions.js";

/** A rejected model is kept as a version with that status, so that one can see what was tried; it never serves. */
export const recordRejected = step({
  name: "record-rejected",
  on: modelRejected,
  emits: [],
  async run(verdict, context) {
    if (await isKnown(verdict, context)) {
      context.progress("the model is a version already, which keeps its approval");
      return undefined;
    }
    const { model, version } = await registerVersion(verdict, "rejected", context);
    context.progress(`version ${version} of ${model} is kept as rejected, and never serves`);
    return undefined;
  },
});

/**
 * A run that is let go on after its version served may end with a worse verdict; the version can still be rolled back to.
 * And the same model as the champion's needs no version of its own, unless an earlier verdict gave it one.
 */
async function isKnown({ failedGates }: DataOf<typeof modelRejected>, { records, run }: StepContext): Promise<boolean> {
  if (await everServed(records, run)) return true;
  return failedGates.includes("different") && (await versionOfRun(records, run)) === undefined;
}
