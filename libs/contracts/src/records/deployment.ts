import type { ArtifactRef } from "../artifact.js";

export interface DeployedVersion {
  version: number;
  package: ArtifactRef;
}

/** Which version of a model serves. Writers must name the generation they saw: one with an old one is refused. */
export interface DeploymentRecord {
  model: string;
  generation: number;
  champion: DeployedVersion;
  previous?: DeployedVersion;
  /** What the tracking server calls the version that serves. */
  alias: string;
  run: string;
  reason: string;
  updatedAt: string;
}
