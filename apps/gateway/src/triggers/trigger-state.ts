import { shortDigestOf, type AcceptedRun, type TriggerSpec } from "@millrace/contracts";
import type { PipelineFile } from "@millrace/service";
import { defineCollection, type Records } from "@millrace/storage";

/** What a trigger has to remember between two looks, for all gateways. */
export interface TriggerState {
  pipeline: string;
  lookedAt?: string;
  /** cron: the scheduled time that has been dealt with. */
  firedAt?: string;
  /** rows: how many there were when `run` was begun or found. watermark: how far the source had come. */
  rows?: number;
  largest?: number | string;
  /** rows: what the last look counted. */
  counted?: number;
  run?: string;
  /** absence: the last arrival, or since when one is waited for. */
  since?: string;
  absenceRun?: string;
  /** drift: the event that asked for the last retraining, and when. */
  event?: string;
  askedAt?: string;
  /** s3: what lay there when it was taken. */
  content?: string;
  /** changes: up to where they have begun runs, the run that is about to be begun, and which gateway follows until when. */
  token?: string;
  pending?: { id: string; token?: string; largest?: number | string };
  follower?: string;
  followedUntil?: string;
}

export type TriggerStates = Records<TriggerState>;

export const triggerCollection = defineCollection<TriggerState>({ name: "trigger-states", indexes: {} });

/** A trigger that is written otherwise is another one, and begins without a past. */
export const stateKey = ({ spec }: PipelineFile, trigger: TriggerSpec | object): string =>
  `${spec.name}/${shortDigestOf(trigger)}`;

/** Of all gateways, the one that may look now; the next look is `everyMs` later. */
export async function claimLook(
  states: TriggerStates,
  key: string,
  { pipeline, now, everyMs }: { pipeline: string; now: Date; everyMs: number },
): Promise<boolean> {
  let mine = false;
  await states.update(key, (current) => {
    const next = current?.lookedAt === undefined ? 0 : Date.parse(current.lookedAt) + everyMs;
    mine = now.getTime() >= next;
    return mine ? { ...current, pipeline, lookedAt: now.toISOString() } : undefined;
  });
  return mine;
}

export interface Beginning {
  reason: string;
  source?: string;
  /** What tells this arrival from others: the same id is the same run. */
  id?: string;
}

export type Begin = (file: PipelineFile, beginning: Beginning) => Promise<AcceptedRun>;
