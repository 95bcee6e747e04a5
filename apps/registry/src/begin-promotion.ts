import {
  modelPromoted,
  stepDone,
  type DeploymentRecord,
  type Emission,
  type ModelVersionRecord,
  type PromoteSpec,
} from "@millrace/contracts";
import type { StepContext } from "@millrace/service";
import { currentDeployment, deploy, madeBefore, type Change } from "./deployment.js";
import { exportedTo } from "./export-model.js";
import { judgeAgain, keepPending, type Verdict } from "./pending.js";
import { firstStep, tellRollout } from "./rollout.js";
import { settleAndSay } from "./settle.js";
import { changeVersion, deployed } from "./versions.js";

export type PromotionContext = Pick<
  StepContext,
  "run" | "records" | "artifacts" | "tracking" | "settings" | "clock" | "progress"
>;

export interface Wish {
  version: ModelVersionRecord;
  verdict: Verdict;
  promote: PromoteSpec;
  by: string;
}

/**
 * Makes an approved version the champion, or begins its rollout. Where the champion changed since the verdict the model is
 * judged again; where another version is being rolled out it waits until that is decided. Done again it says the same.
 */
export async function beginPromotion(wish: Wish, context: PromotionContext): Promise<Emission> {
  const { run, records } = context;
  const { version, verdict } = wish;
  const decidedOn = verdict.champion?.generation ?? 0;
  for (;;) {
    const made = await madeBefore(records, { model: version.model, run, decidedOn }, ["promoted", "rollout-begun"]);
    if (made !== undefined) return finish(made, wish, context);
    const current = await currentDeployment(records, version.model);
    if (current?.champion.version !== verdict.champion?.version) return judgeAgain(verdict);
    if (current?.rollout !== undefined) return waitForTurn(wish, current.rollout.version, context);
    await deploy(changeFor(wish, current, decidedOn, context), context);
  }
}

function changeFor(
  { version, verdict, promote, by }: Wish,
  current: DeploymentRecord | undefined,
  decidedOn: number,
  { run, clock }: PromotionContext,
): Change {
  const { reason } = verdict;
  const to = deployed(version);
  const rollout = current && firstStep(to, promote, { run, reason, now: clock() });
  const { alias } = promote;
  return {
    ...{ model: version.model, version: version.version, by, reason, run, decidedOn, after: current?.generation ?? 0 },
    kind: rollout === undefined ? "promoted" : "rollout-begun",
    to: rollout === undefined ? { champion: to, alias } : { rollout, alias },
  };
}

async function finish(made: DeploymentRecord, { version, verdict }: Wish, context: PromotionContext) {
  await settleAndSay(made, context);
  if (made.change?.kind === "rollout-begun") {
    context.progress(`version ${version.version} of ${version.model} begins to answer`);
    return tellRollout(verdict.pipeline, "begun", made);
  }
  context.progress(`version ${version.version} of ${version.model} is the champion`);
  return modelPromoted({
    ...promotionOf(verdict.pipeline, made),
    exported: exportedTo(context.settings, version.model, version.version),
  });
}

async function waitForTurn({ version, verdict, promote }: Wish, before: number, context: PromotionContext) {
  const { run, records, clock } = context;
  const { model } = version;
  const at = clock().toISOString();
  await keepPending({ model, version: version.version, run, awaiting: "turn", verdict, promote, at }, records);
  await changeVersion(model, version.version, (current) => ({ ...current, awaiting: "turn" }), context);
  const summary = `${model} version ${version.version} waits until the rollout of version ${before} has ended`;
  return stepDone({ step: "promote", summary });
}

/** What is told of a generation whose champion is new. */
export const promotionOf = (pipeline: string, deployment: DeploymentRecord) => ({
  ...{ pipeline, model: deployment.model, generation: deployment.generation, reason: deployment.reason },
  ...{ version: deployment.champion.version, package: deployment.champion.package },
  previous: deployment.previous?.version,
});
