import {
  dataArrived,
  dataOf,
  digestOf,
  eventOfType,
  events,
  ProblemError,
  retrainingRequested,
  runOf,
  shortDigestOf,
  type AcceptedRun,
  type CloudEvent,
} from "@millrace/contracts";
import type { Bus } from "@millrace/messaging";
import { findPipeline, HttpProblem, notFound, type PipelineFile } from "@millrace/service";
import type { Arrivals } from "./arrivals/arrivals.js";
import { isArrival } from "./arrivals/is-arrival.js";
import type { ArrivalRules } from "./arrivals/arrival-line.js";
import type { Ledger } from "./ledger.js";
import type { Runs } from "./run-records.js";

export interface BeginParts {
  bus: Pick<Bus, "publish">;
  runs: Runs;
  ledger: Ledger;
  arrivals: Pick<Arrivals, "enter">;
  pipelinesDir: string;
}

export interface BeginOptions {
  idempotencyKey?: string;
  /** The pipeline's rules, where they are known already. */
  rules?: ArrivalRules;
}

/**
 * Writes the run down, publishes its event, and only then answers: whoever dies in between leaves a run whose event the
 * keeper sends again. The same event sent again names the run that it has begun. An arrival takes its place in its
 * pipeline's line; any other event begins its run at once.
 */
export async function beginRun(
  given: CloudEvent,
  parts: BeginParts,
  { idempotencyKey, rules }: BeginOptions = {},
): Promise<AcceptedRun> {
  const event = withRun(given, idempotencyKey);
  const accepted = (duplicate: boolean, id: string): AcceptedRun => ({
    ...{ run: event.run!, pipeline: event.pipeline ?? "", event: id, duplicate },
  });
  const page = (await parts.runs.get(event.run!))?.value;
  const known = page?.events[event.type];
  if (known !== undefined && isSame(known, event, idempotencyKey)) return accepted(true, known.id);
  if (page === undefined && isArrival(event)) {
    const entered = await parts.arrivals.enter(event, rules);
    return accepted(!entered.news && isSame(entered.known, event, idempotencyKey), entered.known.id);
  }
  const { news } = await parts.ledger.note(event);
  if (!news) return accepted(true, event.id);
  await parts.bus.publish(event);
  return accepted(false, event.id);
}

/** With a key of the caller's, run and event are named by it: the same key sent to two gateways at once is one event. */
const withRun = (event: CloudEvent, key: string | undefined): CloudEvent => {
  const pipeline = event.pipeline ?? (event.data as { pipeline?: string }).pipeline;
  const named =
    key === undefined ? event : { ...event, id: shortDigestOf({ key }), run: undefined, source: "/millrace/gateway" };
  return { ...named, run: runOf(named), ...(pipeline !== undefined && { pipeline }) };
};

function isSame(known: CloudEvent, event: CloudEvent, key: string | undefined): boolean {
  if (known.id !== event.id) return false;
  if (key === undefined || digestOf(known.data) === digestOf(event.data)) return true;
  throw new HttpProblem(422, {
    code: "IDEMPOTENCY_KEY_REUSED",
    where: "Idempotency-Key",
    message: "the key has already begun a run with another request.",
    remedy: "Use a new key for each request that is meant to do something new.",
  });
}

const sendable = events.filter(({ consumers }) => consumers.length > 0);

/** An event that somebody outside may send: one that a service waits for, with data as they must be. */
export async function checkEvent(event: CloudEvent, pipelinesDir: string): Promise<void> {
  const definition = eventOfType(event.type);
  if (definition === undefined || definition.consumers.length === 0) throw unknownEvent(event.type);
  const data = dataOf(definition, event) as { pipeline?: string };
  const begins = event.type === dataArrived.type || event.type === retrainingRequested.type;
  if (begins) await pipelineNamed(pipelinesDir, data.pipeline!);
}

const unknownEvent = (type: string): ProblemError =>
  new ProblemError({
    code: "EVENT_UNKNOWN",
    where: type.slice(0, 100),
    message: "no service waits for events of this type.",
    remedy: `Send one of: ${sendable.map((event) => event.type).join(", ")}.`,
  });

export async function pipelineNamed(pipelinesDir: string, name: string): Promise<PipelineFile> {
  try {
    return await findPipeline(pipelinesDir, name);
  } catch (error) {
    if (error instanceof ProblemError && error.code === "PIPELINE_UNKNOWN") throw notFound(error.problem);
    throw error;
  }
}
