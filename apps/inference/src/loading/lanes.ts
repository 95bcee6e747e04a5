import { ProblemError, type DeployedVersion, type DeploymentRecord, type Problem } from "@millrace/contracts";
import type { FeatureDescription, LoadedModel } from "@millrace/learning";
import type { Lane } from "../rollout/lane.js";
import { versionsOf } from "../rollout/lane.js";
import type { ServedModel } from "../served-model.js";
import { openFailedLoads } from "./failed-loads.js";

/** What is served under each name, brought to what the deployment records say. */
export interface Lanes {
  get(model: string): Lane | undefined;
  champions(): ReadonlyMap<string, ServedModel>;
  problems(): ReadonlyMap<string, Problem>;
  /** Loads what the record names and is not there; what served before goes on until then, and where that fails. */
  bring(record: DeploymentRecord): Promise<void>;
  drop(model: string): boolean;
}

export interface LanesParts {
  load(version: DeployedVersion): Promise<LoadedModel>;
  /** Versions that are loaded for other reasons. */
  others(model: string): readonly ServedModel[];
  now(): Date;
  /** A lane took the place of the one before. */
  settled(lane: Lane, before: Lane | undefined, seconds: number, problem: Problem | undefined): void;
  refused(record: DeploymentRecord, version: DeployedVersion, error: unknown): void;
}

export function openLanes(parts: LanesParts): Lanes {
  const lanes = new Map<string, Lane>();
  const champions = new Map<string, ServedModel>();
  const failed = { champion: openFailedLoads(), challenger: openFailedLoads() };

  async function bring(record: DeploymentRecord): Promise<void> {
    const began = performance.now();
    if (!isNews(record)) return completeLane(record);
    const champion = await ready(record, record.champion, "champion");
    if (champion === undefined || !isNews(record)) return;
    settle(laneOf(record, champion), began);
    await completeLane(record);
  }

  const isNews = ({ model, generation }: DeploymentRecord) => (lanes.get(model)?.record.generation ?? 0) < generation;

  /** The challenger is there from the first moment where it was before, so nobody changes sides at a step. */
  function laneOf(record: DeploymentRecord, champion: ServedModel): Lane {
    const before = lanes.get(record.model);
    const isKept = before?.challenger?.digest === record.rollout?.package.digest;
    const challenger = isKept ? known(record, record.rollout, "challenger") : undefined;
    const previous = before && known(record, record.previous, "previous");
    return { record, champion, challenger, previous };
  }

  async function completeLane(record: DeploymentRecord): Promise<void> {
    const lane = lanes.get(record.model);
    if (record.rollout === undefined || lane?.record.generation !== record.generation) return;
    if (lane.challenger !== undefined) return;
    const began = performance.now();
    const challenger = await ready(record, record.rollout, "challenger");
    const current = lanes.get(record.model);
    if (current?.record.generation === record.generation) settle({ ...current, challenger }, began);
  }

  function settle(lane: Lane, began: number): void {
    const { model } = lane.record;
    const before = lanes.get(model);
    lanes.set(model, lane);
    champions.set(model, lane.champion);
    if (lane.record.rollout === undefined) failed.challenger.clear(model);
    const problem = lane.challenger === undefined ? failed.challenger.refusalOf(model) : undefined;
    parts.settled(lane, before, (performance.now() - began) / 1000, problem);
  }

  /** The version, loaded if it has to be; undefined where it can't be, or could not be a moment ago. */
  async function ready(
    record: DeploymentRecord,
    version: DeployedVersion,
    role: "champion" | "challenger",
  ): Promise<ServedModel | undefined> {
    const { model } = record;
    const loaded = known(record, version, role);
    if (loaded === undefined && failed[role].waits(model, version.package.digest)) return undefined;
    try {
      const served = loaded ?? servedOf(record, version, role, await parts.load(version), parts.now());
      if (role === "challenger") refuseOtherFeatures(lanes.get(model)!.champion, served);
      failed[role].clear(model);
      return served;
    } catch (error) {
      if (failed[role].add(model, version.package.digest, error)) parts.refused(record, version, error);
      return undefined;
    }
  }

  /** The same package under another role or generation is not loaded again. */
  function known(record: DeploymentRecord, version: DeployedVersion | undefined, role: ServedModel["role"]) {
    const lane = lanes.get(record.model);
    const loaded = [...(lane === undefined ? [] : versionsOf(lane)), ...parts.others(record.model)];
    const found = version && loaded.find(({ digest }) => digest === version.package.digest);
    return found && { ...found, role, generation: record.generation, version: version.version };
  }

  return {
    ...{ bring, get: (model) => lanes.get(model), champions: () => champions },
    problems: () => new Map([...failed.challenger.problems(), ...failed.champion.problems()]),
    drop(model) {
      champions.delete(model);
      return lanes.delete(model);
    },
  };
}

/** A challenger answers the same requests as the champion, so it has to ask for the same columns. */
function refuseOtherFeatures(champion: ServedModel, challenger: ServedModel): void {
  const [before, now] = [champion, challenger].map(({ model }) => model.features.map(featureText).join(", "));
  if (before === now) return;
  throw new ProblemError({
    code: "FEATURES_DIFFER",
    message: `it asks for ${now}, and version ${champion.version}, whose requests it is to answer, for ${before}.`,
    remedy: "Promote it without a rollout (no canary and shadow in pipeline.yaml), together with those who ask it.",
  });
}

const featureText = ({ name, kind }: FeatureDescription): string => `${name} (${kind})`;

export const servedOf = (
  { model: name, generation }: Pick<DeploymentRecord, "model" | "generation">,
  { version, package: { digest } }: DeployedVersion,
  role: ServedModel["role"],
  model: LoadedModel,
  now: Date,
): ServedModel => ({ name, version, generation, digest, role, model, loadedAt: now.toISOString() });
