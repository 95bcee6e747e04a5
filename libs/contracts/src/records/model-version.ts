import type { ArtifactRef } from "../artifact.js";

/** One registered version of a model. */
export interface ModelVersionRecord {
  model: string;
  version: number;
  run: string;
  status: "approved" | "rejected";
  package: ArtifactRef;
  packageDigest: string;
  family: string;
  metrics: Record<string, number>;
  reason: string;
  report: ArtifactRef;
  createdAt: string;
  /** The version's number on the tracking server, once it is there. */
  trackingVersion?: string;
}
