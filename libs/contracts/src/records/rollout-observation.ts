import type { Problem } from "../problem.js";

/** What one version did at one replica since the step of the rollout began. */
export interface VersionObservation {
  requests: number;
  errors: number;
  /** How many requests took less than each of `latencyBounds`, one by one; the last place counts the slower ones. */
  latencies: readonly number[];
  predictions: Readonly<Record<string, number>>;
  /** Of the requests whose true label has come. */
  labelled: number;
  right: number;
}

/** In milliseconds. */
export const latencyBounds: readonly number[] = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1000];

/** A replica writes its own, key `<model>@<generation>@<replica>`, once a second; the registry adds them up and decides. */
export interface RolloutObservation {
  model: string;
  generation: number;
  replica: string;
  champion: VersionObservation;
  challenger: VersionObservation;
  /** Why the challenger does not answer at this replica: its package is refused there. */
  problem?: Problem;
  updatedAt: string;
}
