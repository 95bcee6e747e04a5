import type { DeploymentRecord } from "@millrace/contracts";
import type { StepContext } from "@millrace/service";
import { defineCollection } from "@millrace/storage";
import { copyToProduction } from "./copy-to-production.js";
import { exportModel } from "./export-model.js";
import { mirrorAliases } from "./mirror-aliases.js";
import { rejectVersion, versionOf } from "./versions.js";

export type SettleContext = Pick<StepContext, "records" | "artifacts" | "tracking" | "settings" | "clock">;

/** Up to which generation everything that follows from a deployment was done, keyed by model. */
export const settledCollection = defineCollection<{ model: string; generation: number }>({
  name: "settled-deployments",
  indexes: {},
});

/**
 * What follows from a generation outside of the record store. Each part may be done again and in any order; until it is
 * written down as settled, whoever comes next does it.
 */
export async function settle(made: DeploymentRecord, context: SettleContext): Promise<void> {
  const { model, champion, change, reason } = made;
  if (change?.takenBack !== undefined) await rejectVersion(model, change.takenBack, reason, context);
  await mirrorAliases(model, context);
  if (!bringsChampion(made)) return;
  const version = await versionOf(context.records, model, champion.version);
  if (version === undefined) return;
  await copyToProduction(version, context);
  await exportModel(version, made, context);
}

const bringsChampion = ({ champion, change }: DeploymentRecord): boolean =>
  change === undefined || change.version === champion.version;

/** A step that tells of a generation by itself says so; one that took a version back is told to that version's run, too. */
export async function settleAndSay(made: DeploymentRecord, context: SettleContext): Promise<void> {
  await settle(made, context);
  if (made.change?.takenBack === undefined) await markSettled(made, context.records);
}

export const markSettled = (
  { model, generation }: Pick<DeploymentRecord, "model" | "generation">,
  records: StepContext["records"],
) =>
  records
    .records(settledCollection)
    .update(model, (known) => ((known?.generation ?? 0) === generation - 1 ? { model, generation } : undefined));

export const settledUpTo = async (records: StepContext["records"], model: string): Promise<number> =>
  (await records.records(settledCollection).get(model))?.value.generation ?? 0;
