import {
  modelRolledBack,
  ProblemError,
  rollbackRequested,
  type DataOf,
  type DeploymentRecord,
} from "@millrace/contracts";
import { step } from "@millrace/service";
import { currentDeployment, deploy, mirrorAlias } from "./deployment.js";
import { promotionOf } from "./promote.js";
import { deployed, versionOf } from "./versions.js";

type Wish = DataOf<typeof rollbackRequested>;

/** An earlier version serves again: the one that the operator names, or the one before. */
export const rollBack = step({
  name: "roll-back",
  on: rollbackRequested,
  emits: [modelRolledBack],
  async run(wish, { run, records, tracking, clock }) {
    const current = await currentDeployment(records, wish.model);
    const target = current?.run === run ? current.champion.version : targetOf(wish, current);
    const version = await versionOf(records, wish.model, target);
    if (version === undefined || version.status !== "approved") throw notApproved(wish.model, target);
    const { generation, reason } = wish;
    const deployment = await deploy(
      { model: wish.model, to: deployed(version), generation, run, reason },
      { records, clock },
    );
    if (deployment === undefined) throw changedMeanwhile(wish);
    await mirrorAlias(wish.model, { records, tracking });
    return modelRolledBack(promotionOf(wish.model, deployment));
  },
});

function targetOf(wish: Wish, current: DeploymentRecord | undefined): number {
  const target = wish.version ?? current?.previous?.version;
  if (target !== undefined && target !== current?.champion.version) return target;
  throw new ProblemError({
    code: "ROLLBACK_NOTHING_BEFORE",
    where: wish.model,
    message: target === undefined ? "no earlier version of this model served." : `version ${target} serves already.`,
    remedy: "`millrace models` lists the versions; name one with --to.",
  });
}

const notApproved = (model: string, version: number): ProblemError =>
  new ProblemError({
    code: "VERSION_NOT_APPROVED",
    where: `${model} version ${version}`,
    message: "there is no approved version of that number.",
    remedy: "`millrace models` lists the versions and their status.",
  });

const changedMeanwhile = ({ model, generation }: Wish): ProblemError =>
  new ProblemError({
    code: "DEPLOYMENT_CHANGED",
    where: model,
    message: `the deployment changed since generation ${generation}, on which this rollback was decided.`,
    remedy: "Look at `millrace models` again, then decide anew.",
  });
