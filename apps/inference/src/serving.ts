import { problemOf, type DeployedVersion, type DeploymentRecord, type Problem } from "@millrace/contracts";
import type { LoadedModel } from "@millrace/learning";
import { deploymentCollection, readSettings, type Platform } from "@millrace/service";
import { openLanes, servedOf } from "./loading/lanes.js";
import { loadVersion } from "./loading/load-version.js";
import { notServing } from "./loading/not-serving.js";
import { oneAtATime } from "./loading/one-at-a-time.js";
import { openPinnedVersions } from "./loading/pinned-versions.js";
import { openServingMetrics } from "./loading/serving-metrics.js";
import { servingSettings } from "./loading/serving-settings.js";
import { tellDeployed, tellRefused } from "./loading/tell.js";
import { sideOf, versionsOf, type Lane } from "./rollout/lane.js";
import { openObservations } from "./rollout/observations.js";
import { openShadows } from "./rollout/shadows.js";

export interface ServedModel {
  readonly name: string;
  readonly version: number;
  readonly generation: number;
  readonly loadedAt: string;
  readonly digest: string;
  readonly model: LoadedModel;
  readonly role: "champion" | "challenger" | "pinned" | "previous";
}

/** What a request says about the version that it wants, and what keeps it on its side of a rollout. */
export interface VersionWish {
  readonly pin?: number;
  /** The header x-request-key; without it the caller, without that the features themselves. */
  readonly key?: string;
  readonly caller?: string;
  readonly features?: unknown;
}

/** How one answer went. */
export interface Observation {
  readonly milliseconds: number;
  readonly failed: boolean;
  readonly prediction?: string;
}

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
  /** The true label of an earlier answer has come. */
  observeLabel(name: string, version: number, right: boolean): void;
  /** To the shadow, where there is one: later, never on the caller's time. Call it after the response was sent. */
  mirror(name: string, features: unknown): void;
  stop(): Promise<void>;
}

/** Serves what the deployment records say: champions, challengers of rollouts, and versions that callers pin. */
export function openServing(platform: Platform): Serving {
  const settings = readSettings(servingSettings, platform.environment);
  const metrics = openServingMetrics(platform.metrics);
  const observations = openObservations(platform);
  const observe = observations.add;
  const shadows = openShadows({ platform, metrics, observe, limit: settings.INFERENCE_SHADOW_ROWS });
  const deployments = platform.records.records(deploymentCollection);
  const load = (version: DeployedVersion) => loadVersion(platform, version, settings.INFERENCE_LATENCY_BUDGET_MS);
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
    observeLabel: observations.label,
    mirror: shadows.mirror,
    stop: async () => void (await Promise.all([observations.stop(), shadows.stop()])),
  };
}
