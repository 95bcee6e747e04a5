import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { digestOf, problemOf } from "@millrace/contracts";
import type { PipelineFile } from "@millrace/service";
import type { PipelineList } from "../pipeline-list.js";
import { openFollower, type ChangesSpec, type FollowerParts } from "./change-follower.js";
import { warnOnce } from "./warn-once.js";

export interface ChangeTriggerParts extends Omit<FollowerParts, "me" | "soundOnce"> {
  pipelines(): Promise<PipelineList>;
  /** How often is looked whether a pipeline came or went, and how soon something is tried again. */
  everyMs?: number;
}

interface Following {
  off: AbortController;
  ended: Promise<void>;
}

const EVERY_MS = 1_000;

/** Begins a run for what is added to the collections of pipelines that say `changes`. */
export function followChanges({ pipelines, everyMs = EVERY_MS, ...parts }: ChangeTriggerParts) {
  const following = new Map<string, Following>();
  const soundOnce = warnOnce(parts.log);
  const me = randomUUID();
  let looking: Promise<void> | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    const { pipelines: found } = await pipelines();
    const wanted = new Map(
      found.flatMap(changesOf).map((one) => [digestOf([one.file.spec, one.trigger]) as string, one]),
    );
    for (const [key, { off }] of following) {
      if (wanted.has(key)) continue;
      off.abort();
      following.delete(key);
    }
    if (stopped) return;
    for (const [key, one] of wanted) if (!following.has(key)) following.set(key, start(one));
  }

  function start({ file, trigger }: Wanted): Following {
    const off = new AbortController();
    const follower = openFollower(file, trigger, { ...parts, me, soundOnce });
    return { off, ended: keepOn(follower, file, off.signal) };
  }

  async function keepOn(follower: ReturnType<typeof openFollower>, { spec }: PipelineFile, signal: AbortSignal) {
    while (!signal.aborted) {
      try {
        await follower.follow(signal);
      } catch (error) {
        soundOnce("the changes of a source could not be followed", { pipeline: spec.name, problem: problemOf(error) });
      }
      await pause(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
    await follower.leave().catch(() => undefined);
  }

  const lookQuietly = () =>
    (looking ??= look()
      .catch((error: unknown) => soundOnce("the pipelines could not be listed", { error: String(error) }))
      .finally(() => (looking = undefined)));
  const timer = setInterval(() => void lookQuietly(), everyMs);
  timer.unref();
  void lookQuietly();
  return {
    async stop(): Promise<void> {
      stopped = true;
      clearInterval(timer);
      await looking;
      for (const { off } of following.values()) off.abort();
      await Promise.all([...following.values()].map(({ ended }) => ended));
    },
  };
}

interface Wanted {
  file: PipelineFile;
  trigger: ChangesSpec;
}

const changesOf = (file: PipelineFile): Wanted[] =>
  file.spec.triggers.flatMap((trigger) => ("changes" in trigger ? [{ file, trigger }] : []));
