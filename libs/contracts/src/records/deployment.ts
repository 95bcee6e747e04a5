import type { ArtifactRef } from "../artifact.js";

export interface DeployedVersion {
  version: number;
  package: ArtifactRef;
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
}
