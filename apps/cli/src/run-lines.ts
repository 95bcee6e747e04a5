import type { RunView, StepView } from "./api.js";
import type { Watcher } from "./follow-run.js";
import type { Io } from "./io.js";
import { stepDetails } from "./step-details.js";
import { secondsText } from "./text-table.js";

/** Writes a run as it goes: a line for each step that is through; on a terminal, what goes on now below them. */
export function runLines(io: Pick<Io, "out" | "terminal">): Watcher & { done(): void } {
  const written = new Set<string>();
  let underway = false;

  function clear(): void {
    if (underway) io.out("\r\u001b[K");
    underway = false;
  }

  function line(text: string): void {
    clear();
    io.out(`${text}\n`);
  }

  return {
    shows({ steps, events }) {
      for (const step of steps) {
        const mark = `${step.step}/${step.state}`;
        if (!["done", "failed"].includes(step.state) || written.has(mark)) continue;
        written.add(mark);
        line(stepLine(step));
        if (!step.reusedFrom) stepDetails(step.step, events).forEach((detail) => line(`    ${detail}`));
      }
    },
    progressed({ step, state, message, done, total }) {
      if (state === "retrying") return line(`  ${step.padEnd(15)} is tried again: ${message}`);
      if (!io.terminal) return;
      clear();
      io.out(`  ${step.padEnd(15)} … ${message}${total === undefined ? "" : ` (${done ?? 0}/${total})`}`.slice(0, 100));
      underway = true;
    },
    done: clear,
  };
}

export function stepLine({ step, state, seconds, message, reusedFrom }: StepView): string {
  const what = state === "failed" ? `failed: ${message ?? ""}` : reusedFrom ? `as in ${reusedFrom}` : (message ?? "");
  return `  ${step.padEnd(15)} ${secondsText(seconds).padStart(9)}  ${what}`.trimEnd();
}

export const verdictLine = ({ run, status, summary, startedAt, updatedAt }: RunView): string =>
  `${run} ${status} after ${secondsText((Date.parse(updatedAt) - Date.parse(startedAt)) / 1000)}: ${summary}`;
