import {
  modelRolledBack,
  rollbackRequested,
  type DataOf,
  type DeployedVersion,
  type DeploymentRecord,
} from "@millrace/contracts";
import { errorFields, step, type StepContext } from "@millrace/service";
import { promotionOf } from "./begin-promotion.js";
import { currentDeployment, deploy, generationOf, madeBefore, type Change } from "./deployment.js";
import { changedMeanwhile, notApproved, nothingBefore } from "./roll-back-problems.js";
import { settleAndSay } from "./settle.js";
import { deployed, versionOf } from "./versions.js";

type Wish = DataOf<typeof rollbackRequested>;
type Context = StepContext<typeof rollbackRequested>;

/** An earlier version serves again: the one that the operator names, or the one before; a rollout under way ends. */
export const rollBack = step({
  name: "roll-back",
  on: rollbackRequested,
  emits: [modelRolledBack],
  async run(wish, context) {
    const { model, generation: decidedOn } = wish;
    const before = await madeBefore(context.records, { model, run: context.run, decidedOn }, ["rolled-back"]);
    const made = before ?? (await goBack(wish, context));
    await settleIfPossible(made, context);
    return modelRolledBack(promotionOf(model, made));
  },
});

async function goBack(wish: Wish, context: Context): Promise<DeploymentRecord> {
  const { model, generation: decidedOn, reason, by = "an operator" } = wish;
  const { run, records } = context;
  for (;;) {
    const current = await currentDeployment(records, model);
    const target = await targetOf(wish, current, records);
    const champion = await approvedVersion(model, target, records);
    const about = { model, version: target, by, reason, run, decidedOn, after: current!.generation };
    const change: Change = { ...about, kind: "rolled-back", to: { champion } };
    const made = await deploy(change, context);
    if (made !== undefined) return made;
  }
}

/** Decided on what the operator saw: during a rollout the way back is the champion alone. */
async function targetOf(wish: Wish, current: DeploymentRecord | undefined, records: Context["records"]) {
  if (current === undefined) throw nothingBefore(wish);
  const seen =
    current.generation === wish.generation ? current : await generationOf(records, wish.model, wish.generation);
  if (seen === undefined || !isSame(seen, current)) throw changedMeanwhile(wish);
  const target = wish.version ?? (seen.rollout === undefined ? seen.previous : seen.champion)?.version;
  const changesNothing = target === current.champion.version && current.rollout === undefined;
  if (target === undefined || changesNothing) throw nothingBefore(wish, target);
  return target;
}

/** Whether nothing but the share of a rollout changed since, or the rollout ended. */
const isSame = (seen: DeploymentRecord, current: DeploymentRecord): boolean =>
  seen.champion.version === current.champion.version &&
  (current.rollout === undefined || current.rollout.version === seen.rollout?.version);

async function approvedVersion(model: string, target: number, records: Context["records"]): Promise<DeployedVersion> {
  const version = await versionOf(records, model, target);
  if (version === undefined || version.status !== "approved" || version.collectedAt !== undefined)
    throw notApproved(model, target, version);
  return deployed(version);
}

/** A tracking server or a bucket that is down does not hold up the way back: the keeper does it when they are up again. */
async function settleIfPossible(made: DeploymentRecord, context: Context): Promise<void> {
  await settleAndSay(made, context).catch((error: unknown) =>
    context.log.warn("aliases and export follow later", { model: made.model, ...errorFields(error) }),
  );
}
