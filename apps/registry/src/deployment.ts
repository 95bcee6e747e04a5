import type { DeployedVersion, DeploymentChangeKind, DeploymentRecord, Rollout } from "@millrace/contracts";
import { deploymentCollection, generationCollection, generationKey, type StepContext } from "@millrace/service";

type Records = StepContext["records"];
type Context = Pick<StepContext, "records" | "clock">;

export interface Change {
  model: string;
  kind: DeploymentChangeKind;
  /** The version that comes, or whose rollout it is. */
  version: number;
  /** Who decided it, and why. */
  by: string;
  reason: string;
  run: string;
  /** The generation that the decision was made on; 0 where nothing was deployed. */
  decidedOn: number;
  /** The generation that it follows: a later one than `decidedOn` where only the rollout went on since. */
  after: number;
  /** What is to serve. Unset: the champion as before, no rollout, and the alias as before. */
  to: { champion?: DeployedVersion; rollout?: Rollout; alias?: string };
}

/**
 * Makes the next generation of a deployment. A change that follows an older generation is refused (undefined); the same
 * change done again is answered with the record that it made, also when others have changed it since.
 */
export async function deploy(change: Change, { records, clock }: Context): Promise<DeploymentRecord | undefined> {
  const made = (await generationOf(records, change.model, change.after + 1)) ?? (await make(change, records, clock));
  if (made === undefined) return undefined;
  await bringForward(made, records);
  return isMadeBy(change, made) ? made : undefined;
}

export const generationOf = async (
  records: Records,
  model: string,
  generation: number,
): Promise<DeploymentRecord | undefined> =>
  (await records.records(generationCollection).get(generationKey(model, generation)))?.value;

/** What a run made of a deployment when it decided on this generation, if it did. */
export async function madeBefore(
  records: Records,
  { model, run, decidedOn }: Pick<Change, "model" | "run" | "decidedOn">,
  kinds: readonly DeploymentChangeKind[],
): Promise<DeploymentRecord | undefined> {
  const isIt = ({ model: of, change }: DeploymentRecord) =>
    of === model && change?.decidedOn === decidedOn && kinds.includes(change.kind);
  const made = (await generationsOf(records, run)).find(isIt);
  if (made !== undefined) await bringForward(made, records);
  return made;
}

/** What a run made of deployments, at most a hundred times. */
export const generationsOf = async (records: Records, run: string): Promise<DeploymentRecord[]> =>
  (await records.records(generationCollection).query({ index: "byRun", equals: { run } })).records.map(
    ({ value }) => value,
  );

/** Whether a run's version serves, or served once. */
export const everServed = async (records: Records, run: string): Promise<boolean> =>
  (await records.records(generationCollection).query({ index: "byRun", equals: { run }, limit: 1 })).records.length > 0;

export const currentDeployment = async (records: Records, model: string): Promise<DeploymentRecord | undefined> =>
  (await records.records(deploymentCollection).get(model))?.value;

async function make(
  change: Change,
  records: Records,
  clock: StepContext["clock"],
): Promise<DeploymentRecord | undefined> {
  const current = await currentDeployment(records, change.model);
  if ((current?.generation ?? 0) !== change.after) return undefined;
  const next = nextGeneration(change, current, clock().toISOString());
  if (next === undefined) return undefined;
  const key = generationKey(change.model, next.generation);
  return (await records.records(generationCollection).putIfAbsent(key, next)).record.value;
}

function nextGeneration(
  { model, kind, version, by, reason, run, decidedOn, after, to }: Change,
  current: DeploymentRecord | undefined,
  updatedAt: string,
): DeploymentRecord | undefined {
  const champion = to.champion ?? current?.champion;
  if (champion === undefined) return undefined;
  const previous = champion.version === current?.champion.version ? current.previous : current?.champion;
  const ended = current?.rollout?.version;
  const takenBack = to.rollout !== undefined || ended === champion.version ? undefined : ended;
  return {
    ...{ model, generation: after + 1, champion, run, reason, updatedAt },
    alias: to.alias ?? current?.alias ?? "champion",
    ...(previous !== undefined && { previous }),
    ...(to.rollout !== undefined && { rollout: to.rollout }),
    change: { kind, by, decidedOn, version, ...(takenBack !== undefined && { takenBack }) },
  };
}

/** Everyone who sees a generation makes it the deployment, so one whose writer died in between is not in the way. */
async function bringForward(made: DeploymentRecord, records: Records): Promise<void> {
  await records
    .records(deploymentCollection)
    .update(made.model, (current) => ((current?.generation ?? 0) === made.generation - 1 ? made : undefined));
}

/** Generations that an earlier release made say nothing of their change. */
function isMadeBy({ run, kind, version, decidedOn }: Change, { run: madeBy, change }: DeploymentRecord): boolean {
  if (run !== madeBy) return false;
  if (change === undefined) return true;
  return change.kind === kind && change.version === version && change.decidedOn === decidedOn;
}
