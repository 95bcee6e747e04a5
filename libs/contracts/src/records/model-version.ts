import type { ArtifactRef } from "../artifact.js";

export interface VersionDecision {
  approved: boolean;
  by: string;
  reason: string;
  at: string;
  /** The event that brought it: of two who decide at once one is heard. */
  event: string;
}

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
  /** Since when its package is gone, because nothing kept it. */
  collectedAt?: string;
  /** An approved version that does not serve yet: somebody has to approve it, or another one is being rolled out. */
  awaiting?: "approval" | "turn";
  /** What somebody decided of it. */
  decision?: VersionDecision;
  /** What inference compares and keeps to when it loads the package. */
  probes?: ArtifactRef;
  latencyBudget?: number;
  /** The version's number on the tracking server, once it is there. */
  trackingVersion?: string;
  /** The run there that it came from. */
  tracking?: { runId: string; experiment: string };
  /** Another registered model of the tracking server that gets a copy when it becomes the champion. */
  copyTo?: string;
}
