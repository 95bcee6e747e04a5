import {
  dataOf,
  eventOfType,
  events,
  hasEnded,
  ProblemError,
  Reject,
  Retry,
  runOf,
  stepProgress,
  LEDGER_QUEUE,
  type CloudEvent,
  type RunRecord,
  type RunTurn,
} from "@millrace/contracts";
import type { Consumption } from "@millrace/messaging";
import type { Clock, Platform } from "@millrace/service";
import type { Versioned } from "@millrace/storage";
import { foldEvent, placed } from "./fold-event.js";
import type { GatewayMetrics } from "./gateway-metrics.js";
import type { LiveUpdates } from "./live-updates.js";
import type { Runs } from "./run-records.js";

export interface Ledger {
  /** Writes an event on its run's page. `news` is false where it was there already. */
  note(event: CloudEvent): Promise<{ record: Versioned<RunRecord> | undefined; news: boolean }>;
  /** Writes an arrival's place in its line on its page. `news` is false where the page says so already, or says more. */
  place(event: CloudEvent, turn: RunTurn | undefined): Promise<{ news: boolean }>;
  /** Changes the page of a run on an operator's word, and tells its followers. */
  change(run: string, change: (current: RunRecord) => RunRecord | undefined): Promise<Versioned<RunRecord> | undefined>;
}

export interface LedgerParts {
  runs: Runs;
  live: Pick<LiveUpdates, "changed">;
  metrics: Pick<GatewayMetrics, "reached">;
  clock: Clock;
  /** Hears of each run that has come to its end. */
  ended?(run: RunRecord): void;
}

export function openLedger({ runs, live, metrics, clock, ended }: LedgerParts): Ledger {
  async function change(run: string, change: (current: RunRecord | undefined) => RunRecord | undefined) {
    let before: RunRecord | undefined;
    let after: RunRecord | undefined;
    const record = await runs.update(run, (current) => {
      before = current;
      after = change(current);
      return after;
    });
    if (after !== undefined && record !== undefined) live.changed(record);
    if (after !== undefined && after.status !== before?.status) reached(after);
    return { record, news: after !== undefined };
  }

  function reached(page: RunRecord): void {
    // A run that may begin at once waits for a moment only: that is no news to count.
    if (page.status !== "waiting") metrics.reached(page.status);
    if (hasEnded(page.status)) ended?.(page);
  }

  return {
    note: (event) => change(runOf(event), (current) => foldEvent(current, event, clock().toISOString())),
    place: (event, turn) => change(runOf(event), (current) => placed(current, event, turn, clock().toISOString())),
    change: async (run, changeIt) => (await change(run, (current) => current && changeIt(current))).record,
  };
}

/** What else is done with an event that is written down; where that fails the event comes again. */
export type Hearer = (event: CloudEvent) => Promise<void>;

/** Hears every event there is. What nobody here knows goes to the dead letters, where it is seen. */
export function keepLedger(ledger: Ledger, platform: Platform, hear: Hearer): Promise<Consumption> {
  const { bus, clock, settings } = platform;
  const throttle = openThrottle(clock);
  const handle = async ({ event }: { event: CloudEvent }) => {
    try {
      refuseUnknown(event);
      for (const due of throttle.due(event)) await ledger.note(due);
      await hear(event);
    } catch (error) {
      throw error instanceof ProblemError && !(error instanceof Retry)
        ? new Reject(error.problem, { cause: error })
        : error;
    }
  };
  return bus.consume(LEDGER_QUEUE.name, handle, { prefetch: Math.max(32, settings.MESSAGE_PREFETCH) });
}

/** The definition of an event that is known here and whose data are as they must be. */
export function refuseUnknown(event: CloudEvent): void {
  const definition = eventOfType(event.type);
  if (definition !== undefined) return void dataOf(definition, event);
  throw new Reject({
    code: "EVENT_UNKNOWN",
    where: event.type,
    message: `no event of this type is known here (source ${event.source}, id ${event.id}).`,
    remedy: `Known are: ${events.map(({ type }) => type).join(", ")}. After an upgrade replay the dead letter.`,
  });
}

const WRITE_EVERY_MS = 1_000;
const REMEMBERED = 1_000;

/**
 * Of what a step says while it works, one event a second is written down; more is for watching live. The last one that was
 * held back is written with whatever the run says next.
 */
export function openThrottle(clock: Clock) {
  const steps = new Map<string, { writtenAt: number; held?: CloudEvent }>();

  function written(key: string, writtenAt: number): void {
    steps.delete(key);
    steps.set(key, { writtenAt });
    if (steps.size > REMEMBERED) steps.delete(steps.keys().next().value!);
  }

  function heldOf(run: string): CloudEvent[] {
    const mine = [...steps].filter(([key, { held }]) => held !== undefined && key.startsWith(`${run}/`));
    return mine.map(([key, { held, writtenAt }]) => {
      steps.set(key, { writtenAt });
      return held!;
    });
  }

  return {
    /** The events to write down now that this one was heard. */
    due(event: CloudEvent): CloudEvent[] {
      const { step, state } = (event.data ?? {}) as { step?: string; state?: string };
      const run = runOf(event);
      if (event.type !== stepProgress.type || state !== "working") return [...heldOf(run), event];
      const key = `${run}/${step}`;
      const now = clock().getTime();
      const known = steps.get(key);
      if (known !== undefined && now - known.writtenAt < WRITE_EVERY_MS) {
        known.held = event;
        return [];
      }
      written(key, now);
      return [event];
    },
  };
}
