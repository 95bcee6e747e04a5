import {
  modelRolledBack,
  ProblemError,
  rollbackRequested,
  type DataOf,
  type DeploymentRecord,
  type ModelVersionRecord,
} from "@millrace/contracts";
import { step, type StepContext } from "@millrace/service";
import { currentDeployment, deploy, generationAfter, mirrorAlias } from "./deployment.js";
import { exportModel } from "./export-model.js";
import { promotionOf } from "./promote.js";
import { deployed, versionOf } from "./versions.js";

type Wish = DataOf<typeof rollbackRequested>;

/** An earlier version serves again: the one that the operator names, or the one before. */
export const rollBack = step({
  name: "roll-back",
  on: rollbackRequested,
  emits: [modelRolledBack],
  async run(wish, context) {
    const { run, records } = context;
    const { model, generation, reason } = wish;
    const target = (await doneBefore(wish, context)) ?? targetOf(wish, await currentDeployment(records, model));
    const version = await versionOf(records, model, target);
    if (version === undefined || version.status !== "approved") throw notApproved(model, target, version);
    const deployment = await deploy({ model, to: deployed(version), generation, run, reason }, context);
    if (deployment === undefined) throw changedMeanwhile(wish);
    await mirrorAlias(model, context);
    await exportModel(version, context);
    return modelRolledBack(promotionOf(model, deployment));
  },
});

/** The version that this same rollback chose, had it been carried out and not been told. */
async function doneBefore(
  wish: Wish,
  { run, records }: Pick<StepContext, "run" | "records">,
): Promise<number | undefined> {
  const made = await generationAfter(wish, records);
  return made?.run === run ? made.champion.version : undefined;
}

function targetOf(wish: Wish, current: DeploymentRecord | undefined): number {
  if (current !== undefined && current.generation !== wish.generation) throw changedMeanwhile(wish);
  const target = wish.version ?? current?.previous?.version;
  if (target !== undefined && target !== current?.champion.version) return target;
  throw new ProblemError({
    code: "ROLLBACK_NOTHING_BEFORE",
    where: wish.model,
    message: target === undefined ? "no earlier version of this model served." : `version ${target} serves already.`,
    remedy: "`millrace models` lists the versions; name one with --to.",
  });
}

const notApproved = (model: string, version: number, found: ModelVersionRecord | undefined): ProblemError =>
  new ProblemError({
    code: "VERSION_NOT_APPROVED",
    where: `${model} version ${version}`,
    message: found === undefined ? "there is no version of that number." : `it was rejected: ${found.reason}`,
    remedy: "`millrace models` lists the versions and their status.",
  });

const changedMeanwhile = ({ model, generation }: Wish): ProblemError =>
  new ProblemError({
    code: "DEPLOYMENT_CHANGED",
    where: model,
    message: `the deployment changed since generation ${generation}, on which this rollback was decided.`,
    remedy: "Look at `millrace models` again, then decide anew.",
  });
