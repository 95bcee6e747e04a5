import type { ArtifactRef } from "../artifact.js";
import type { RolloutBudgets } from "../pipeline/promote.js";

export interface DeployedVersion {
  version: number;
  package: ArtifactRef;
  /** A `Probe` as JSON: a replica that gets other answers than the evaluator did refuses the version. */
  probes?: ArtifactRef;
  /** In milliseconds: a replica that takes longer for one prediction refuses the version. */
  latencyBudget?: number;
}

/** A version on its way to become the champion: it answers a share of the requests, or only listens to them. */
export interface Rollout extends DeployedVersion {
  /** How much of the traffic it answers, from 0 to 100; a caller stays on its side while the share grows. */
  percent: number;
  /** It gets every request as well, and nobody sees its answers. */
  shadow: boolean;
  /** The shares that it goes through, and at which of them it is. */
  steps: readonly number[];
  step: number;
  stepSeconds: number;
  /** When this step began. */
  since: string;
  /** By what the registry goes on; whoever serves does not look at it. */
  plan?: RolloutPlan;
}

export interface RolloutPlan {
  /** The run that made the version, and why it was approved. */
  run: string;
  reason: string;
  everySeconds: number;
  requests: number;
  budgets: RolloutBudgets;
}

/** What a generation did to the one before it. */
export type DeploymentChangeKind =
  | "promoted"
  | "rollout-begun"
  | "rollout-advanced"
  | "rollout-completed"
  | "rollout-aborted"
  | "rolled-back"
  | "alias-moved";

export interface DeploymentChange {
  kind: DeploymentChangeKind;
  /** Who decided: a caller's name, or the service that did it by itself. */
  by: string;
  /** The generation on which it was decided; it may be older where only the rollout went on since. */
  decidedOn: number;
  /** The version that came, or whose rollout it is. */
  version: number;
  /** The version whose rollout ended here without success: it is rejected. */
  takenBack?: number;
}

/** Which version of a model serves. Writers must name the generation they saw: one with an old one is refused. */
export interface DeploymentRecord {
  model: string;
  generation: number;
  champion: DeployedVersion;
  previous?: DeployedVersion;
  rollout?: Rollout;
  /** What the tracking server calls the version that serves. */
  alias: string;
  run: string;
  reason: string;
  updatedAt: string;
  change?: DeploymentChange;
}
