import {
  approvalRequested,
  modelApproved,
  modelPromoted,
  modelTrained,
  rolloutChanged,
  stepDone,
  type ModelVersionRecord,
} from "@millrace/contracts";
import { step } from "@millrace/service";
import { beginPromotion, type PromotionContext, type Wish } from "./begin-promotion.js";
import { keepPending } from "./pending.js";
import { changeVersion, registerVersion } from "./versions.js";

/**
 * An approved model becomes a version, and the champion at once, by a rollout, or when somebody approved it, as its
 * pipeline says. Where the champion changed since the verdict it goes back to the evaluator.
 */
export const promote = step({
  name: "promote",
  on: modelApproved,
  emits: [modelPromoted, modelTrained, rolloutChanged, approvalRequested],
  async run(verdict, context) {
    const version = await registerVersion(verdict, "approved", context);
    if (version.status === "rejected") return tellRejected(version);
    const wish = { version, verdict, promote: context.pipeline.promote, by: "registry" };
    if (wish.promote.approval === "manual" && !version.decision?.approved) return askForApproval(wish, context);
    return beginPromotion({ ...wish, by: version.decision?.by ?? wish.by }, context);
  },
});

/** A rejection is the last word on a version: what comes after it is a duplicate, or a run that was let go on. */
const tellRejected = ({ model, version, reason }: ModelVersionRecord) =>
  stepDone({ step: "promote", summary: `${model} version ${version} was rejected before: ${reason}` });

/** What is needed when the answer comes is written down before anybody is asked. */
async function askForApproval({ version, verdict, promote: spec }: Wish, context: PromotionContext) {
  const { run, records, clock } = context;
  const { model } = version;
  const about = { model, version: version.version, run, verdict, promote: spec, at: clock().toISOString() };
  await keepPending({ ...about, awaiting: "approval" }, records);
  const isDecided = ({ status, decision }: ModelVersionRecord) => status === "rejected" || decision !== undefined;
  const known = await changeVersion(
    model,
    version.version,
    (current) => (isDecided(current) ? undefined : { ...current, awaiting: "approval" }),
    context,
  );
  context.progress(`version ${version.version} of ${known!.model} waits for an approval`);
  return approvalRequested({ pipeline: verdict.pipeline, model, version: version.version, reason: verdict.reason });
}
