import { millisecondsOf, problemOf, type TriggerSpec } from "@millrace/contracts";
import { type Clock, type Log, type PipelineFile } from "@millrace/service";
import type { PipelineList } from "../pipeline-list.js";
import { lookForAbsence, type AbsenceParts } from "./absence-trigger.js";
import { lookAtCron } from "./cron-trigger.js";
import { warnOnce } from "./warn-once.js";
import { lookAtPrefix, type S3TriggerParts } from "./s3-trigger.js";
import { lookAtRows, lookAtWatermark, type SourceTriggerParts } from "./source-trigger.js";
import { claimLook, stateKey } from "./trigger-state.js";

export interface PollParts extends SourceTriggerParts, S3TriggerParts, AbsenceParts {
  probe: SourceTriggerParts["probe"];
  pipelines(): Promise<PipelineList>;
  clock: Clock;
  log: Log;
}

export interface TriggerPoll {
  /** Looks at every trigger that is due, and resolves when all have been looked at. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

const LOOK_MS = 1_000;

/** Looks at the triggers that nobody announces: schedules, prefixes, rows, watermarks, absence. */
export function pollTriggers(parts: PollParts): TriggerPoll {
  const { log, clock, states } = parts;
  const warn = warnOnce(log);
  /** A database that answers slowly must not hold the others up. */
  const looking = new Map<string, Promise<void>>();

  async function look(): Promise<void> {
    const { pipelines } = await parts.pipelines();
    await Promise.all(pipelines.flatMap((file) => file.spec.triggers.map((trigger) => lookOnce(file, trigger))));
  }

  function lookOnce(file: PipelineFile, trigger: TriggerSpec): Promise<void> {
    const key = stateKey(file, trigger);
    const done = looking.get(key) ?? lookAt(file, trigger, key).finally(() => looking.delete(key));
    looking.set(key, done);
    return done;
  }

  async function lookAt(file: PipelineFile, trigger: TriggerSpec, key: string): Promise<void> {
    try {
      if ("changes" in trigger) return;
      if ("every" in trigger && !(await isDue(key, file, trigger.every))) return;
      await act(file, trigger);
    } catch (error) {
      warn("a trigger could not be looked at", { pipeline: file.spec.name, trigger, problem: problemOf(error) });
    }
  }

  const isDue = (key: string, file: PipelineFile, every: string): Promise<boolean> =>
    claimLook(states, key, { pipeline: file.spec.name, now: clock(), everyMs: millisecondsOf(every) });

  async function act(file: PipelineFile, trigger: TriggerSpec): Promise<void> {
    if ("cron" in trigger) return lookAtCron(file, trigger, parts);
    if ("s3" in trigger) return lookAtPrefix(file, trigger, parts);
    if ("rows" in trigger) return lookAtRows(file, trigger, parts);
    if ("watermark" in trigger) return void (await lookAtWatermark(file, trigger, parts));
    if ("absence" in trigger) return lookForAbsence(file, trigger, parts);
  }

  const quietly = () =>
    void look().catch((error: unknown) => warn("the triggers could not be looked at", { error: String(error) }));
  const timer = setInterval(quietly, LOOK_MS);
  timer.unref();
  return {
    look,
    async stop() {
      clearInterval(timer);
      await Promise.all(looking.values());
    },
  };
}
