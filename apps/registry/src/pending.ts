import { modelTrained, type DataOf, type Emission, type modelApproved, type PromoteSpec } from "@millrace/contracts";
import { versionKey, type StepContext } from "@millrace/service";
import { defineCollection, type Records } from "@millrace/storage";

export type Verdict = DataOf<typeof modelApproved>;

/** What has to be known of an approved version when it is its turn, or when somebody approves it. */
export interface Pending {
  model: string;
  version: number;
  run: string;
  awaiting: "approval" | "turn";
  verdict: Verdict;
  promote: PromoteSpec;
  at: string;
}

export const pendingCollection = defineCollection<Pending>({
  name: "pending-versions",
  indexes: { byAwaiting: ["awaiting", "model", "version"] },
});

const pendingIn = (records: StepContext["records"]): Records<Pending> => records.records(pendingCollection);

export const keepPending = (pending: Pending, records: StepContext["records"]) =>
  pendingIn(records).update(versionKey(pending.model, pending.version), () => pending);

export const pendingOf = async (records: StepContext["records"], model: string, version: number) =>
  (await pendingIn(records).get(versionKey(model, version)))?.value;

export const dropPending = (records: StepContext["records"], { model, version }: Pick<Pending, "model" | "version">) =>
  pendingIn(records).remove(versionKey(model, version));

/** Those who wait for their turn, of each model the newest first. */
export async function waitingForTurn(records: StepContext["records"]): Promise<Pending[]> {
  const query = { index: "byAwaiting", equals: { awaiting: "turn" as const }, order: "desc" as const, limit: 1000 };
  return (await pendingIn(records).query(query)).records.map(({ value }) => value);
}

/** What the evaluator said of a model; the rest is as the trainer said it. */
const ofTheVerdict = new Set("challenger champion reason report page probes measured looks failedGates".split(" "));

/** The model goes back to the evaluator, to be compared with the version that serves now. */
export function judgeAgain(verdict: Verdict): Emission {
  const said = Object.entries(verdict).filter(([name]) => !ofTheVerdict.has(name));
  const { family, metrics, evaluation, ...model } = Object.fromEntries(said) as Verdict;
  const candidates = [{ family, params: {}, metrics }];
  return modelTrained({ candidates, ...model, family, metrics, evaluation: evaluation + 1 });
}
