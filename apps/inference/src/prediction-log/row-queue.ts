import { setTimeout as wait } from "node:timers/promises";
import { drop, type LogCounts } from "./log-counts.js";
import { isSampled, openLogRules, type LogRule } from "./log-rules.js";
import type { LoggedLabel, LoggedPrediction } from "./logged-prediction.js";
import { codeOnly, withoutValues } from "./redact-problem.js";
import { openRowOwners, type RowOwnersOptions } from "./row-owner.js";
import { writeLabel, writePrediction } from "./row-writer.js";
import { hiddenValues, type Series } from "./series.js";
import type { Spool } from "./spool.js";
import type { Block } from "./block.js";

export interface RowQueueOptions extends Pick<RowOwnersOptions, "isKnown" | "namesOf" | "settingsOf"> {
  readonly spool: Pick<Spool, "block" | "nextBlock">;
  readonly counts: LogCounts;
  readonly hashKey?: string;
}

export interface RowQueue {
  write(entry: LoggedPrediction): void;
  writeLabel(label: LoggedLabel): boolean;
  /** Writes what waits for a rule: without its features, where that does not come soon. */
  close(): Promise<void>;
}

/** How many rows wait for the rule of a version that has just come; more are written without features. */
const MOST_WAITING = 1_000;
const LAST_CALL_MS = 3_000;

/** Puts rows into blocks as far as their rules allow. */
export function openRowQueue({ spool, counts, hashKey, ...parts }: RowQueueOptions): RowQueue {
  const owners = openRowOwners({ ...parts, ruleOf: openLogRules(hashKey), onRule: () => release(false) });
  let waiting: LoggedPrediction[] = [];

  function write(entry: LoggedPrediction): void {
    try {
      const state = owners.ruleFor(entry.model, entry.version);
      if (state === "waiting") return hold(entry);
      if (state === undefined) return keep(entry, undefined);
      if (isSampled(entry.id, state.rule.sample)) keep(entry, state.rule);
      else counts.notSampled++;
    } catch {
      drop(counts, "unencodable");
    }
  }

  /** The caller may use its objects again, so what waits is a copy. */
  function hold(entry: LoggedPrediction): void {
    if (waiting.length < MOST_WAITING) waiting.push(structuredClone(entry));
    else keepWithoutRule(entry);
  }

  function keepWithoutRule(entry: LoggedPrediction): void {
    if (entry.features !== undefined) drop(counts, "rule_unknown");
    keep(entry, undefined);
  }

  function release(last: boolean): void {
    const released = waiting;
    waiting = [];
    for (const entry of released) {
      const state = last ? undefined : owners.ruleFor(entry.model, entry.version);
      if (state === "waiting" || state === undefined) keepWithoutRule(entry);
      else write(entry);
    }
  }

  function keep(entry: LoggedPrediction, rule: LogRule | undefined): void {
    const series = owners.seriesFor(entry, rule);
    const problem = entry.problem === undefined ? undefined : problemText(entry, series);
    if (put((block) => writePrediction(block, entry, series, problem))) return;
    const bare = { ...entry, features: undefined, probabilities: undefined };
    drop(
      counts,
      put((block) => writePrediction(block, bare, owners.seriesFor(bare, rule), problem?.slice(0, 1_000)))
        ? "too_large"
        : "memory",
    );
  }

  /** Tries the block at hand, and then a fresh one. */
  function put(into: (block: Block) => boolean): boolean {
    const block = spool.block();
    if (block !== undefined && into(block)) return true;
    const next = block === undefined || block.rows === 0 ? undefined : spool.nextBlock();
    return next !== undefined && into(next);
  }

  return {
    write,
    writeLabel(label) {
      const kept = put((block) => writeLabel(block, label));
      if (!kept) drop(counts, "memory");
      return kept;
    },
    async close() {
      await Promise.race([owners.settled(), wait(LAST_CALL_MS, undefined, { ref: false })]);
      release(true);
    },
  };
}

function problemText({ problem = "", features }: LoggedPrediction, series: Series): string {
  if (series.rule === undefined) return codeOnly(problem);
  if (!series.rule.redacts) return problem.slice(0, 4_000);
  if (typeof features !== "object") return codeOnly(problem);
  return withoutValues(problem, hiddenValues(series, features));
}
