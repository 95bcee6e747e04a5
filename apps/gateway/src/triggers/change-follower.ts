import { millisecondsOf, shortDigestOf, type TriggerSpec } from "@millrace/contracts";
import type { Clock, Log, PipelineFile } from "@millrace/service";
import type { Changes, Watching } from "@millrace/tables";
import { lookAtWatermark, type SourceTriggerParts } from "./source-trigger.js";
import { claimLook, stateKey, type TriggerState } from "./trigger-state.js";
import type { warnOnce } from "./warn-once.js";

export type ChangesSpec = Extract<TriggerSpec, { changes: true }>;

export interface FollowerParts extends SourceTriggerParts {
  clock: Clock;
  log: Log;
  soundOnce: ReturnType<typeof warnOnce>;
  /** This gateway among those that share the store. */
  me: string;
}

const LEASE_MS = 15_000;
const RENEW_MS = 5_000;

/** One pipeline's change stream: one gateway follows it at a time, and goes on where the last one stood. */
export function openFollower(file: PipelineFile, trigger: ChangesSpec, parts: FollowerParts) {
  const { states, probe, clock, log, begin, soundOnce, me } = parts;
  const { spec } = file;
  const pipeline = spec.name;
  const key = stateKey(file, { ...trigger, source: spec.source });
  let renewedAt = 0;
  let stood: string | undefined;
  let waitUntil = 0;

  /** Until the signal ends it, another gateway follows, or the stream ends. It is called again then. */
  async function follow(signal: AbortSignal): Promise<void> {
    if (clock().getTime() < waitUntil || !(await change(() => ({})))) return;
    await beginPending();
    const { token } = await stateNow();
    const watching = await watch(token);
    if (watching === false) return lookInstead();
    try {
      log.info("the changes of a collection are followed", { pipeline });
      const seen = token === undefined ? await lookAtWatermark(file, trigger, parts, key) : undefined;
      await takeAll(watching, seen, signal);
    } finally {
      await watching.close();
    }
  }

  async function takeAll(watching: Watching, seen: Largest, signal: AbortSignal): Promise<void> {
    for (let covered = seen; !signal.aborted; covered = undefined) {
      const changes = await watching.take();
      // A collection that comes again under the name is a new one: its watermark tells whether there is something in it.
      if (changes === undefined) return void (await change(() => ({ token: undefined })));
      if (!(await take(changes, covered))) return;
    }
  }

  /** What is about to be begun is written down first: dying in between begins the same run, and none for the same changes. */
  async function take(changes: Changes, covered: Largest): Promise<boolean> {
    const { token } = changes;
    if (changes.count === 0) return stand(token);
    if (isCovered(changes, covered)) return change((now) => ({ token: token ?? now.token }));
    const largest = [...changes.watermarks].reduce(larger, (await stateNow()).largest);
    const id = shortDigestOf({ pipeline, trigger, changes: token ?? [clock().toISOString(), changes.watermarks] });
    if (!(await change(() => ({ pending: { id, token, largest } })))) return false;
    await beginPending();
    return true;
  }

  async function beginPending(): Promise<void> {
    const { pending } = await stateNow();
    if (pending === undefined) return;
    await begin(file, { reason: "changes", id: pending.id });
    const { token, largest } = pending;
    await change((now) => ({ pending: undefined, token: token ?? now.token, largest: largest ?? now.largest }));
  }

  /** Also where nothing happens the place is kept: the server forgets what is long past. */
  async function stand(token: string | undefined): Promise<boolean> {
    const soon = clock().getTime() - renewedAt < RENEW_MS;
    if (soon && (token === undefined || stood !== undefined)) return true;
    stood = token;
    return change((now) => ({ token: token ?? now.token }));
  }

  async function watch(token: string | undefined): Promise<Watching | false> {
    try {
      return await probe.watch(file, token);
    } catch (error) {
      if ((error as { code?: string }).code === "SOURCE_CHANGES_LOST") await change(() => ({ token: undefined }));
      throw error;
    }
  }

  /** A server that is made a replica set later is followed from then on. */
  async function lookInstead(): Promise<void> {
    soundOnce("the source has no change stream, so its watermark is looked at", { pipeline, every: trigger.every });
    const due = { pipeline, now: clock(), everyMs: millisecondsOf(trigger.every) };
    waitUntil = due.now.getTime() + due.everyMs;
    if (await claimLook(states, key, due)) await lookAtWatermark(file, trigger, parts, key);
  }

  const stateNow = async (): Promise<TriggerState> => (await states.get(key))?.value ?? { pipeline };

  /** False, and nothing is changed, where another gateway follows. */
  async function change(to: (now: TriggerState) => Partial<TriggerState>): Promise<boolean> {
    let mine = false;
    const now = clock();
    await states.update(key, (current = { pipeline }) => {
      mine = current.follower === me || !(current.followedUntil! > now.toISOString());
      const followedUntil = new Date(now.getTime() + LEASE_MS).toISOString();
      return mine ? plain({ ...current, ...to(current), pipeline, follower: me, followedUntil }) : undefined;
    });
    if (mine) renewedAt = now.getTime();
    return mine;
  }

  /** Lets another gateway follow at once. */
  async function leave(): Promise<void> {
    await states.update(key, (current) =>
      current?.follower === me ? plain({ ...current, followedUntil: undefined }) : undefined,
    );
  }

  return { follow, leave };
}

/** Without what is undefined, which the stores keep in ways of their own. */
const plain = (state: TriggerState): TriggerState => JSON.parse(JSON.stringify(state)) as TriggerState;

type Largest = number | string | undefined;

/** Whether all of it was there when the watermark was looked at, and a run has begun because of that. */
const isCovered = ({ count, watermarks }: Changes, covered: Largest): boolean =>
  covered !== undefined && watermarks.length === count && watermarks.every((one) => larger(covered, one) === covered);

function larger(a: Largest, b: Largest): Largest {
  if (a === undefined || b === undefined || typeof a !== typeof b) return a ?? b;
  return b > a ? b : a;
}
