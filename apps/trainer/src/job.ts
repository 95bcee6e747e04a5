import { shortDigestOf, type ArtifactRef, type CloudEvent, type Problem } from "@millrace/contracts";
import type { Metrics, Setting } from "./fit-job.js";
import type { Packaged } from "./package-winner.js";
import { contentOfFold, type StoredFold } from "./load-arrays.js";

/** Raise it when the same fold and setting give other scores: what was done before is not taken over then. */
const VERSION = 4;

/** One setting of a candidate on some folds: what a trainer takes at a time. */
export interface Job {
  readonly setting: Setting;
  /** Of the rows to learn from. */
  readonly share: number;
  readonly folds: readonly StoredFold[];
  readonly classes: readonly string[];
  readonly positive?: string;
  readonly seed: number;
}

/** What came of a job. A problem that may not come again, such as too little memory, is told to one training only. */
export type JobResult =
  | { readonly folds: readonly Metrics[]; readonly outOfFold?: ArtifactRef }
  | Packaged
  | { readonly problem: Problem; readonly training?: string };

/** As it lies in the queue. */
export interface OfferedJob {
  readonly key: string;
  /** Who waits for it. */
  readonly training: string;
  readonly job: Job;
  readonly timeoutMs: number;
}

/** The same work has the same key, whichever training asks for it. */
export const keyOf = ({ folds, ...job }: Job): string =>
  shortDigestOf({ version: VERSION, ...job, folds: folds.map(contentOfFold) });

export const keyOfPackage = (content: unknown): string => shortDigestOf({ version: VERSION, package: content });

export const messageOf = (offered: OfferedJob, time: Date): CloudEvent<OfferedJob> => ({
  ...{ specversion: "1.0", type: "training.job", source: "/millrace/trainer" },
  ...{ id: `${offered.training}/${offered.key}`, time: time.toISOString(), run: offered.training, data: offered },
});

export const isProblem = (result: JobResult): result is Extract<JobResult, { problem: Problem }> => "problem" in result;
