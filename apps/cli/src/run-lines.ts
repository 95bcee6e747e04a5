import { modelDeployed } from "@millrace/contracts";
import type { RunView, StepView } from "./api.js";
import type { Watcher } from "./follow-run.js";
import type { Io } from "./io.js";
import { stepDetails } from "./step-details.js";
import { secondsText } from "./text-table.js";

/**
 * Writes a run as it goes: a line for each step that is through, once and in the order of the flow; on a terminal, what goes
 * on now below them. News may come late or twice: what a step said before its end is not told after it.
 */
export function runLines(io: Pick<Io, "out" | "terminal">): Watcher & { done(): void } {
  const ended = new Map<string, string>();
  let last: Pick<RunView, "steps" | "events"> = { steps: [], events: {} };
  let underway = false;

  function clear(): void {
    if (underway) io.out("\r\u001b[K");
    underway = false;
  }

  function line(text: string): void {
    clear();
    io.out(`${text}\n`);
  }

  function write(step: StepView): void {
    const known = ended.get(step.step);
    ended.set(step.step, `${step.state} ${step.at}`);
    if (known !== undefined && !isSecondEnd(known, step)) return;
    line(stepLine(step));
    if (!step.reusedFrom) stepDetails(step.step, last.events).forEach((detail) => line(`    ${detail}`));
  }

  /** A step behind one that goes on has its line when that one is through. */
  function writeInOrder(): void {
    for (const step of last.steps) {
      if (!isThrough(step)) return;
      write(step);
    }
  }

  return {
    shows(run) {
      last = run;
      writeInOrder();
    },
    progressed({ step, state, message, done, total, at = "" }) {
      const end = ended.get(step);
      if (end !== undefined && at <= end.slice(end.indexOf(" ") + 1)) return;
      if (state === "retrying") return line(`  ${step.padEnd(15)} is tried again: ${message}`);
      if (!io.terminal) return;
      clear();
      io.out(`  ${step.padEnd(15)} … ${message}${total === undefined ? "" : ` (${done ?? 0}/${total})`}`.slice(0, 100));
      underway = true;
    },
    done() {
      last.steps.filter(isThrough).forEach(write);
      clear();
    },
  };
}

const isThrough = ({ state }: StepView): boolean => state === "done" || state === "failed";

/** A step that failed may be done after all, or fail anew; one that is done has said so. */
const isSecondEnd = (known: string, { state, at }: StepView): boolean =>
  known.startsWith("failed") && known !== `${state} ${at}`;

export function stepLine({ step, state, seconds, message, reusedFrom }: StepView): string {
  const what = state === "failed" ? `failed: ${message ?? ""}` : reusedFrom ? `as in ${reusedFrom}` : (message ?? "");
  return `  ${step.padEnd(15)} ${secondsText(seconds).padStart(9)}  ${what}`.trimEnd();
}

export const verdictLine = (run: RunView): string =>
  `${run.run} ${run.status} after ${secondsText((endOf(run) - Date.parse(run.startedAt)) / 1000)}: ${run.summary}`;

/** When it was last heard of, but for versions that are loaded again whenever a service starts. */
function endOf({ events, updatedAt }: RunView): number {
  const times = Object.values(events).flatMap(({ type, time }) => (type === modelDeployed.type || !time ? [] : [time]));
  return Date.parse(times.sort().at(-1) ?? updatedAt);
}
