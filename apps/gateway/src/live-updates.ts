import { runOf, stepProgress, type CloudEvent, type RunRecord } from "@millrace/contracts";
import type { Bus } from "@millrace/messaging";
import type { Versioned } from "@millrace/storage";
import type { Runs } from "./run-records.js";

export interface LiveListener {
  changed(record: Versioned<RunRecord>): void;
  progressed(run: string, event: CloudEvent): void;
}

export interface LiveUpdates {
  /** Tells the followers of a run what this gateway has just written of it. */
  changed(record: Versioned<RunRecord>): void;
  /** Follows one run, or all of them; returns the function that ends it. */
  follow(run: string | undefined, listener: LiveListener): () => void;
  stop(): Promise<void>;
}

/** Another gateway may be the one that writes an event down: after this long its page of the run is read from the store. */
const REREAD_MS = 300;
const ALL = "";

/** Brings news of runs to whoever follows them, also news that another replica of the gateway has written. */
export async function openLiveUpdates(bus: Bus, runs: Runs): Promise<LiveUpdates> {
  const followers = new Map<string, Set<LiveListener>>();
  const rereads = new Map<string, NodeJS.Timeout>();
  const of = (run: string) => [...(followers.get(run) ?? []), ...(followers.get(ALL) ?? [])];
  const changed = (record: Versioned<RunRecord>) => of(record.key).forEach((listener) => listener.changed(record));

  async function reread(run: string): Promise<void> {
    rereads.delete(run);
    const record = await runs.get(run).catch(() => undefined);
    if (record !== undefined) changed(record);
  }

  function rereadSoon(run: string): void {
    if (of(run).length === 0 || rereads.has(run)) return;
    rereads.set(run, setTimeout(() => void reread(run), REREAD_MS).unref());
  }

  function hear(event: CloudEvent): void {
    const run = runOf(event);
    if (event.type !== stepProgress.type) return rereadSoon(run);
    for (const listener of of(run)) listener.progressed(run, event);
  }

  function follow(run: string | undefined, listener: LiveListener): () => void {
    const key = run ?? ALL;
    const listeners = followers.get(key) ?? new Set();
    followers.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && followers.get(key) === listeners) followers.delete(key);
    };
  }

  // What was said while the connection was gone is read from the store.
  const onConnect = () => [...followers.keys()].filter((run) => run !== ALL).forEach(rereadSoon);
  const listening = await bus.listen(["#"], hear, { onConnect });

  async function stop(): Promise<void> {
    for (const timer of rereads.values()) clearTimeout(timer);
    await listening.cancel();
  }
  return { changed, follow, stop };
}
