import { problemOf, Reject, Retry, type Problem } from "@millrace/contracts";
import type { Rung } from "./bus.js";
import type { History } from "./message-headers.js";

/** What becomes of a message whose handler threw. */
export type Verdict =
  | { kind: "retry"; rung: Rung; attempts: number; outages: number }
  | { kind: "dead"; problem: Problem; stack: string | undefined; attempts: number };

export interface VerdictRules {
  ladder: readonly Rung[];
  maxAttempts: number;
  dependencyUp(name: string): Promise<boolean>;
}

// While a dependency is down the message comes back at least this often, so that the work goes on soon after it is up.
const LONGEST_OUTAGE_RUNG_MS = 10_000;

const MALFORMED = new Set(["EVENT_MALFORMED", "EVENT_NOT_JSON", "EVENT_VERSION_UNKNOWN", "EVENT_DATA_INVALID"]);

export async function verdictOn(thrown: unknown, history: History, rules: VerdictRules): Promise<Verdict> {
  const attempts = history.attempts + 1;
  const outages = history.outages;
  if (isHopeless(thrown)) return dead(thrown, attempts);
  if (await isOutage(thrown, rules)) {
    return { kind: "retry", rung: outageRung(rules.ladder, outages), attempts: history.attempts, outages: outages + 1 };
  }
  if (attempts >= rules.maxAttempts) return dead(thrown, attempts);
  return { kind: "retry", rung: rungAt(rules.ladder, attempts - 1), attempts, outages };
}

/** Doing it again would fail again: the handler says so, or the message is no event that anybody here can read. */
const isHopeless = (thrown: unknown): boolean =>
  thrown instanceof Reject || (!(thrown instanceof Retry) && MALFORMED.has(problemOf(thrown).code));

// A health check that itself fails tells of an outage too.
const isOutage = async (thrown: unknown, { dependencyUp }: VerdictRules): Promise<boolean> =>
  thrown instanceof Retry &&
  thrown.dependency !== undefined &&
  !(await dependencyUp(thrown.dependency).catch(() => false));

const rungAt = (ladder: readonly Rung[], index: number): Rung => ladder[Math.min(index, ladder.length - 1)]!;

function outageRung(ladder: readonly Rung[], outages: number): Rung {
  const short = ladder.filter(({ ms }) => ms <= LONGEST_OUTAGE_RUNG_MS);
  return rungAt(short.length > 0 ? short : ladder.slice(0, 1), outages);
}

const dead = (thrown: unknown, attempts: number): Verdict => ({
  kind: "dead",
  problem: problemOf(thrown),
  stack: thrown instanceof Error ? thrown.stack : undefined,
  attempts,
});
