import type { ModelVersionRecord } from "@millrace/contracts";
import type { StepContext } from "@millrace/service";
import { filesOf, fixedTags } from "./versions.js";

/** Where the pipeline names a registered model for production, the new champion is copied there; the same run is one copy. */
export async function copyToProduction(
  version: ModelVersionRecord,
  { artifacts, tracking }: Pick<StepContext, "artifacts" | "tracking">,
): Promise<void> {
  const { copyTo: model, run: key, tracking: from, reason: description } = version;
  if (model === undefined || from === undefined) return;
  const files = await filesOf(version, artifacts);
  const tags = { ...fixedTags(version), "millrace.model": version.model };
  const copy = await tracking.registerVersion({ key, model, description, files, tags, ...from });
  await tracking.setAlias(model, "champion", copy.version);
}
