import { ProblemError, stepFailed, type CloudEvent, type FlowStep, type RunRecord } from "@millrace/contracts";
import type { Bus } from "@millrace/messaging";
import { HttpProblem, type Clock, type Manifests } from "@millrace/service";
import { flow, furthestEvent, rankOf, stepNamed } from "./flow.js";
import type { Ledger } from "./ledger.js";
import { runNamed, type Runs } from "./run-records.js";
import { concluded } from "./run-status.js";

export interface ResumeParts {
  bus: Pick<Bus, "publish">;
  runs: Runs;
  ledger: Ledger;
  manifests: Manifests;
  clock: Clock;
}

/** Lets a run go on: from the event it has come to, or from an earlier step, which is then done again with all behind it. */
export async function resumeRun(run: string, from: string | undefined, parts: ResumeParts) {
  const { value } = await runNamed(parts.runs, run);
  const event = from === undefined ? furthestOf(value) : inputOf(value, from);
  if (from !== undefined) await forget(run, from, parts);
  await parts.ledger.change(run, (record) => reopened(record, from, parts.clock().toISOString()));
  await parts.bus.publish(event);
  const step = flow.find(({ on }) => on.type === event.type)?.step;
  return { run, pipeline: value.pipeline, step, event: event.id };
}

function furthestOf(record: RunRecord): CloudEvent {
  const event = furthestEvent(record.events);
  if (event !== undefined) return event;
  throw new HttpProblem(409, {
    code: "NOTHING_TO_RESUME",
    where: record.run,
    message: "the ledger has no event of this run that a step waits for.",
    remedy: "Begin a new run: POST /pipelines/<name>/runs or `millrace arrive <name> --again`.",
  });
}

function inputOf(record: RunRecord, from: string): CloudEvent {
  const steps = flow.filter(({ on }) => on.consumers.length > 0);
  if (!steps.some(({ step }) => step === from)) throw unknownStep(from, steps);
  const event = record.events[stepNamed(from)!.on.type];
  if (event !== undefined) return event;
  const reached = steps.filter(({ on }) => on.type in record.events);
  throw new HttpProblem(409, {
    code: "STEP_NOT_REACHED",
    where: `${record.run}, step ${from}`,
    message: "the run has not come to this step.",
    remedy: `It came to: ${reached.map(({ step }) => step).join(", ") || "none yet"}.`,
  });
}

const unknownStep = (from: string, steps: readonly FlowStep[]): ProblemError =>
  new ProblemError({
    code: "STEP_UNKNOWN",
    where: from.slice(0, 100),
    message: "no step is called that.",
    remedy: `The steps are: ${steps.map(({ step }) => step).join(", ")}.`,
  });

const behind = (from: string): string[] =>
  flow.slice(flow.findIndex(({ step }) => step === from)).map(({ step }) => step);

async function forget(run: string, from: string, { manifests }: ResumeParts): Promise<void> {
  const steps = behind(from);
  const done = await manifests.ofRun(run);
  await manifests.forget(done.filter(({ step }) => steps.includes(step)));
}

/** The page as it was before the step, or before the failure. */
export function reopened(record: RunRecord, from: string | undefined, now: string): RunRecord {
  const input = from === undefined ? Infinity : rankOf(stepNamed(from)!.on.type);
  const gone = from === undefined ? [] : behind(from);
  const events = Object.entries(record.events).filter(([type]) => type !== stepFailed.type && rankOf(type) <= input);
  const steps = Object.entries(record.steps).filter(([step]) => !gone.includes(step));
  const { turn: _waitedFor, ...page } = record;
  return concluded({
    ...{ ...page, updatedAt: now, nudges: 0 },
    events: Object.fromEntries(events),
    steps: Object.fromEntries(steps),
  });
}
