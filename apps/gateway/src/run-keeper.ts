import type { RunRecord } from "@millrace/contracts";
import type { Bus } from "@millrace/messaging";
import { errorFields, type Clock, type Log } from "@millrace/service";
import type { Versioned } from "@millrace/storage";
import { furthestEvent } from "./flow.js";
import type { GatewayMetrics } from "./gateway-metrics.js";
import { runsOfStatus, type Runs } from "./run-records.js";

export interface KeeperParts {
  runs: Runs;
  bus: Pick<Bus, "publish">;
  clock: Clock;
  log: Log;
  metrics: Pick<GatewayMetrics, "nudged" | "running">;
  /** How long a run may stand still before its last event is sent again. */
  afterSeconds: number;
  /** Whether the broker forgot everything when this process started. */
  forgetfulBroker: boolean;
}

export interface RunKeeper {
  /** Looks at every running run once; resolves with those whose event was sent again. All: also those that moved just before the start. */
  look(options?: { all?: boolean }): Promise<string[]>;
  stop(): Promise<void>;
}

const LONGEST_SECONDS = 600;
const LOOK_SECONDS = 5;

/**
 * Sends the furthest event of a run that stands still again. The steps know what they have done, so an event too many does
 * no harm; a lost one would stop the run for ever.
 */
export function startRunKeeper(parts: KeeperParts): RunKeeper {
  const { runs, bus, clock, log, metrics } = parts;
  const startedAt = clock().toISOString();
  let looking: Promise<unknown> | undefined;

  async function look({ all = false } = {}): Promise<string[]> {
    const nudged: string[] = [];
    let running = 0;
    for await (const record of runsOfStatus(runs, "running")) {
      running++;
      if (((all && wasThere(record.value)) || isDue(record.value)) && (await nudge(record))) nudged.push(record.key);
    }
    metrics.running(running);
    return nudged;
  }

  /** A run that began while we looked for the first time has its event with the new broker. */
  const wasThere = ({ updatedAt }: RunRecord): boolean => updatedAt < startedAt;

  const isDue = (record: RunRecord): boolean =>
    clock().getTime() >= new Date(record.updatedAt).getTime() + waitSeconds(record.nudges, parts.afterSeconds) * 1000;

  /** Of several gateways, the one whose count stands is the one that sends. */
  async function nudge({ key, value, version }: Versioned<RunRecord>): Promise<boolean> {
    const event = furthestEvent(value.events);
    if (event === undefined) return false;
    const mine = await runs.compareAndSet(key, { ...value, nudges: value.nudges + 1 }, version);
    if (mine === undefined) return false;
    await bus.publish(event);
    metrics.nudged();
    log.info("a run stood still: its last event was sent again", {
      run: key,
      event: event.type,
      nudges: mine.value.nudges,
    });
    return true;
  }

  const lookQuietly = (options?: { all: boolean }) => {
    looking ??= look(options)
      .catch((error: unknown) => log.warn("the run keeper could not look", errorFields(error)))
      .finally(() => (looking = undefined));
  };
  if (parts.forgetfulBroker) lookQuietly({ all: true });
  const timer = setInterval(() => lookQuietly(), Math.min(LOOK_SECONDS, parts.afterSeconds) * 1000);
  timer.unref();
  return {
    look,
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}

/** How long after its last move a run is nudged for the n-th time: each wait is twice the one before, up to ten minutes. */
export function waitSeconds(nudges: number, afterSeconds: number): number {
  const wait = (n: number) => Math.min(LONGEST_SECONDS, afterSeconds * 2 ** Math.min(n, 30));
  let sum = wait(0);
  for (let n = 1; n <= nudges; n++) sum += wait(n);
  return sum;
}
