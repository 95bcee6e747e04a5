// A version that is served, how a request says which one it wants, and what becomes known of its answers.
import type { LoadedModel } from "@millrace/learning";

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

export interface LabelledAnswer {
  readonly id: string;
  readonly version: number;
  readonly prediction: string;
}
