import { problemOf, type DeployedVersion, type DeploymentRecord, type Problem } from "@millrace/contracts";
import type { LoadedModel } from "@millrace/learning";
import { deploymentCollection, readSettings, type Platform } from "@millrace/service";
import { openLanes, servedOf } from "./loading/lanes.js";
import { loadVersion } from "./loading/load-version.js";
import { ordinaryRow } from "./loading/probe-rows.js";
import { tableGain } from "./loading/table-gain.js";
import { notServing } from "./loading/not-serving.js";
import { oneAtATime } from "./loading/one-at-a-time.js";
import { openPinnedVersions } from "./loading/pinned-versions.js";
import { openServingMetrics } from "./loading/serving-metrics.js";
import { servingSettings } from "./loading/serving-settings.js";
import { tellDeployed, tellRefused } from "./loading/tell.js";
import { sideOf, versionsOf, type Lane } from "./rollout/lane.js";
import { openObservations } from "./rollout/observations.js";
import { openShadows } from "./rollout/shadows.js";
import type { LabelledAnswer, Observation, ServedModel, VersionWish } from "./served-model.js";

export interface Serving {
  /** The champions. */
  models(): ReadonlyMap<string, ServedModel>;
  /** Every version of a model that is loaded: champion, challenger, previous, pinned. */
  versions(name: string): readonly ServedModel[];
  /** Models whose deployed package could not be loaded, and why; what served before goes on. */
  problems(): ReadonlyMap<string, Problem>;
  /** Brings what is served to what the deployment records say. */
  refresh(): Promise<void>;
  /**
   * Who is to answer. Throws an HttpProblem: 404 where there is no such model or approved version, 503 where it is not
   * loaded (yet: a pinned version begins to load).
   */
  versionFor(name: string, wish: VersionWish): ServedModel;
  /** Loads a version that nobody has asked for yet, so that versionFor has it; unset: the champion. */
  load(name: string, version?: number): Promise<ServedModel>;
  /** Lets go of a pinned version, or (unset) of the whole model until it is loaded again; false: it was not loaded. */
  unload(name: string, version?: number): boolean;
  /** For the rollout's record. Cheap and synchronous. */
  observe(served: ServedModel, observation: Observation): void;
  /** The true label of an earlier answer has come: what its version said is held against it, and what the shadow said. */
  observeLabel(name: string, answer: LabelledAnswer, label: string): void;
  /** To the shadow, where there is one: later, never on the caller's time. `id` is that of the answer. */
  mirror(name: string, features: unknown, id: string): void;
  /** Whether its rows are to be scored together where several come at once. */
  scoresTogether(served: ServedModel): boolean;
  stop(): Promise<void>;
}

/** Rows that wait for each other have to gain more than the waiting costs. */
const WORTH_A_TABLE = 1.5;

/** Serves what the deployment records say: champions, challengers of rollouts, and versions that callers pin. */
export function openServing(platform: Platform): Serving {
  const settings = readSettings(servingSettings, platform.environment);
  const metrics = openServingMetrics(platform.metrics);
  const observations = openObservations(platform);
  const observe = observations.add;
  const labelled = observations.label;
  const shadows = openShadows({ platform, metrics, observe, labelled, limit: settings.INFERENCE_SHADOW_ROWS });
  const deployments = platform.records.records(deploymentCollection);
  const faster = new WeakSet<LoadedModel>();
  const load = async (version: DeployedVersion) => {
    const model = await loadVersion(platform, version, settings.INFERENCE_LATENCY_BUDGET_MS);
    const gain = settings.INFERENCE_MICRO_BATCH_ROWS > 0 ? await tableGain(model, ordinaryRow(model)) : 1;
    if (gain >= WORTH_A_TABLE) faster.add(model);
    return model;
  };
  const lanes = openLanes({
    ...{ load, settled, refused, now: platform.clock, others: (model) => pinned.all(model) },
  });
  const pinned = openPinnedVersions({
    ...{ platform, most: settings.INFERENCE_PINNED_VERSIONS },
    open: async (model, version) =>
      servedOf({ model, generation: 0 }, version, "pinned", await load(version), platform.clock()),
  });
  const unloaded = new Set<string>();

  function settled(lane: Lane, before: Lane | undefined, seconds: number, problem: Problem | undefined): void {
    const { model, rollout } = lane.record;
    observations.follow(lane, problem);
    shadows.follow(lane);
    metrics.share.set({ model }, lane.challenger === undefined ? 0 : (rollout?.percent ?? 0));
    if (before?.champion.version === lane.champion.version) return;
    metrics.version.set({ model }, lane.champion.version);
    metrics.swapSeconds.observe({ model }, seconds);
    tellDeployed(platform, lane, seconds);
  }

  function refused(record: DeploymentRecord, version: DeployedVersion, error: unknown): void {
    metrics.refused.inc({ model: record.model, code: problemOf(error).code });
    tellRefused(platform, record, version, error);
  }

  const refresh = oneAtATime(async () => {
    for (let after: string | undefined, more = true; more;) {
      const page = await deployments.query({ after });
      for (const { value } of page.records) if (!unloaded.has(value.model)) await lanes.bring(value);
      more = page.next !== undefined;
      after = page.next;
    }
  });

  const loadedOf = (name: string): ServedModel[] => {
    const lane = lanes.get(name);
    return [...(lane === undefined ? [] : versionsOf(lane)), ...pinned.all(name)];
  };
  const loadedVersion = (name: string, version: number): ServedModel | undefined => {
    const lane = lanes.get(name);
    return lane && versionsOf(lane).find((served) => served.version === version);
  };

  function versionFor(name: string, wish: VersionWish): ServedModel {
    if (wish.pin !== undefined) return loadedVersion(name, wish.pin) ?? pinned.get(name, wish.pin);
    const lane = lanes.get(name);
    if (lane === undefined) throw notServing(name, lanes.champions(), lanes.problems());
    return sideOf(lane, wish);
  }

  async function loadAgain(name: string, version?: number): Promise<ServedModel> {
    if (version !== undefined) return loadedVersion(name, version) ?? pinned.load(name, version);
    unloaded.delete(name);
    await refresh();
    return versionFor(name, {});
  }

  function unload(name: string, version?: number): boolean {
    if (version !== undefined) return pinned.remove(name, version);
    unloaded.add(name);
    return lanes.drop(name);
  }

  return {
    ...{ refresh, versionFor, unload, load: loadAgain, versions: loadedOf },
    models: lanes.champions,
    problems: lanes.problems,
    observe: ({ name, version }, observation) => observe(name, version, observation),
    observeLabel(name, { id, version, prediction }, label) {
      labelled(name, version, prediction === label);
      shadows.label(name, version, id, label);
    },
    mirror: shadows.mirror,
    scoresTogether: ({ model }) => faster.has(model),
    stop: async () => void (await Promise.all([observations.stop(), shadows.stop()])),
  };
}
