import { latencyBounds, type Problem, type RolloutObservation, type VersionObservation } from "@millrace/contracts";
import { rolloutObservationCollection, type StepContext } from "@millrace/service";

/** What all replicas saw of one step of a rollout. */
export interface Observed {
  champion: VersionObservation;
  challenger: VersionObservation;
  /** Replicas that refuse the challenger's package, and why. */
  refusals: readonly { replica: string; problem: Problem }[];
}

const nothing: VersionObservation = { requests: 0, errors: 0, latencies: [], predictions: {}, labelled: 0, right: 0 };

export async function observedOf(
  model: string,
  generation: number,
  records: StepContext["records"],
): Promise<Observed> {
  const query = { index: "byGeneration", equals: { model, generation }, limit: 1000 };
  const page = await records.records(rolloutObservationCollection).query(query);
  return addedUp(page.records.map(({ value }) => value));
}

export const addedUp = (observations: readonly RolloutObservation[]): Observed => ({
  champion: observations.map(({ champion }) => champion).reduce(add, nothing),
  challenger: observations.map(({ challenger }) => challenger).reduce(add, nothing),
  refusals: observations.flatMap(({ replica, problem }) => (problem === undefined ? [] : [{ replica, problem }])),
});

const add = (a: VersionObservation, b: VersionObservation): VersionObservation => ({
  requests: a.requests + b.requests,
  errors: a.errors + b.errors,
  latencies: [...latencyBounds, Infinity].map((_, at) => (a.latencies[at] ?? 0) + (b.latencies[at] ?? 0)),
  predictions: addCounts(a.predictions, b.predictions),
  labelled: a.labelled + b.labelled,
  right: a.right + b.right,
});

function addCounts(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const sum = new Map(Object.entries(a));
  for (const [label, count] of Object.entries(b)) sum.set(label, (sum.get(label) ?? 0) + count);
  return Object.fromEntries(sum);
}
