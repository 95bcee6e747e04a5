import type { DeploymentRecord } from "@millrace/contracts";
import type { ServedModel, VersionWish } from "../served-model.js";
import { placeOf } from "./sticky-hash.js";

/** What is served under one name. A lane is never changed: another one takes its place, between two requests. */
export interface Lane {
  readonly record: DeploymentRecord;
  readonly champion: ServedModel;
  /** The version of the record's rollout, once it is loaded and found sound. */
  readonly challenger?: ServedModel;
  /** What was the champion before, kept so that a rollback takes no time. */
  readonly previous?: ServedModel;
}

export const versionsOf = ({ champion, challenger, previous }: Lane): ServedModel[] =>
  [champion, challenger, previous].filter((served) => served !== undefined);

/** Champion or challenger: by the rollout's share and the place of whoever asks, the same one as long as the share grows. */
export function sideOf({ record, champion, challenger }: Lane, wish: VersionWish): ServedModel {
  const percent = record.rollout?.percent ?? 0;
  if (challenger === undefined || percent <= 0) return champion;
  return placeOf(saltOf(record.model, challenger.version), keyOf(wish)) < percent ? challenger : champion;
}

/** Of each rollout anew: those who get the first per cent are others every time. */
export const saltOf = (model: string, challenger: number): string => `${model}@${challenger}`;

const ANONYMOUS = "anonymous";

/** Where no key is configured all callers have one name: that says nothing of who asks. */
export const keyOf = ({ key, caller, features }: VersionWish): string =>
  key ?? (caller === ANONYMOUS ? undefined : caller) ?? JSON.stringify(features) ?? "";
