import { modelRejected, type DataOf } from "@millrace/contracts";
import { step, type StepContext } from "@millrace/service";
import { registerVersion, versionOfRun } from "./versions.js";

/** A rejected model is kept as a version with that status, so that one can see what was tried; it never serves. */
export const recordRejected = step({
  name: "record-rejected",
  on: modelRejected,
  emits: [],
  async run(verdict, context) {
    if (await servesAlready(verdict, context)) {
      context.progress(`version ${verdict.champion!.version}, the same model, goes on serving`);
      return undefined;
    }
    const { model, version } = await registerVersion(verdict, "rejected", context);
    context.progress(`version ${version} of ${model} is kept as rejected, and never serves`);
    return undefined;
  },
});

/**
 * The same model as the champion's is a version already, and must stay approved. Another version that this run has, from
 * an earlier verdict, must not.
 */
async function servesAlready(
  { failedGates, champion }: DataOf<typeof modelRejected>,
  { records, run }: StepContext,
): Promise<boolean> {
  if (champion === undefined || !failedGates.includes("different")) return false;
  const own = await versionOfRun(records, run);
  return own === undefined || own.version === champion.version;
}
