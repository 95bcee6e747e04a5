import {
  dataOf,
  digestOf,
  driftDetected,
  runOf,
  stepFailed,
  stepProgress,
  type CloudEvent,
  type RunRecord,
  type RunStep,
  type RunTurn,
} from "@millrace/contracts";
import { timeOf } from "./flow.js";
import { concluded } from "./run-status.js";

/**
 * The page of a run with one more event on it, or undefined where that changes nothing. Events may come twice and in any
 * order: the page that results is the same.
 */
export function foldEvent(current: RunRecord | undefined, given: CloudEvent, now: string): RunRecord | undefined {
  const event = { ...given, time: given.time ?? now };
  if (event.type === driftDetected.type && current === undefined) return undefined;
  const changed = event.type === stepProgress.type ? withProgress(current, event) : withEvent(current, event);
  if (changed === undefined) return undefined;
  const startedAt = current && current.startedAt < event.time ? current.startedAt : event.time;
  return concluded({ ...changed, startedAt, updatedAt: now, nudges: 0 });
}

/** The page of an arrival that waits, was displaced, or (without a turn) begins. Whoever has begun or ended stays as it is. */
export function placed(
  current: RunRecord | undefined,
  event: CloudEvent,
  turn: RunTurn | undefined,
  now: string,
): RunRecord | undefined {
  const page = current ?? foldEvent(undefined, event, now)!;
  if (current !== undefined && (current.turn?.state !== "waiting" || isSameTurn(current.turn, turn))) return undefined;
  const { turn: _before, ...rest } = page;
  return concluded({ ...rest, updatedAt: now, ...(turn !== undefined && { turn }) });
}

const isSameTurn = (a: RunTurn, b: RunTurn | undefined): boolean => b !== undefined && digestOf(a) === digestOf(b);

function withEvent(current: RunRecord | undefined, event: CloudEvent): RunRecord | undefined {
  const record = current ?? blank(event);
  const known = record.events[event.type];
  if (known !== undefined && !supersedes(event, known)) return undefined;
  return {
    ...record,
    pipeline: pipelineOf(event) ?? record.pipeline,
    events: { ...record.events, [event.type]: event },
  };
}

/** The later of two events of a type counts; the same event sent again is no news, unless a step failed anew in the same way. */
function supersedes(event: CloudEvent, known: CloudEvent): boolean {
  if (event.id === known.id && event.type !== stepFailed.type) return false;
  if (timeOf(event) !== timeOf(known)) return timeOf(event) > timeOf(known);
  return event.id > known.id;
}

function withProgress(current: RunRecord | undefined, event: CloudEvent): RunRecord | undefined {
  const record = current ?? blank(event);
  const { step, state, message, done, total, problem } = dataOf(stepProgress, event);
  const said: RunStep = { step, state, message, done, total, problem, at: timeOf(event) };
  const known = record.steps[step];
  if (known !== undefined && !isNews(said, known)) return undefined;
  return { ...record, steps: { ...record.steps, [step]: said } };
}

const states: readonly RunStep["state"][] = ["started", "working", "retrying", "done", "failed"];

const isNews = (said: RunStep, known: RunStep): boolean =>
  said.at === known.at ? states.indexOf(said.state) > states.indexOf(known.state) : said.at > known.at;

const blank = (event: CloudEvent): RunRecord => ({
  run: runOf(event),
  pipeline: pipelineOf(event) ?? "",
  status: "running",
  summary: "",
  startedAt: timeOf(event),
  updatedAt: timeOf(event),
  events: {},
  steps: {},
  nudges: 0,
});

function pipelineOf(event: CloudEvent): string | undefined {
  const data = event.data as { pipeline?: string; model?: string } | undefined;
  return event.pipeline ?? data?.pipeline ?? data?.model;
}
