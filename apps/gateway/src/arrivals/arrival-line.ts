import { millisecondsOf, type CloudEvent, type PipelineSpec, type RunTurn } from "@millrace/contracts";
import { defineCollection } from "@millrace/storage";

/** An arrival in its pipeline's line: the run that it is, with the event that begins it. */
export interface Turn {
  run: string;
  event: CloudEvent;
  at: string;
  /** When the first of those arrived whose place it has taken. */
  since?: string;
}

/**
 * The line of one pipeline, in one record: who has the turn and who waits is decided by one compare-and-set, and the pages
 * of the runs follow from it. Whoever dies in between leaves a line from which another gateway writes the pages.
 */
export interface ArrivalLine {
  pipeline: string;
  /** Those who were given their turn, until their pages say that they have ended. */
  begun: Turn[];
  waiting?: Turn;
  /** Those whose place a newer one took, until their pages say so. */
  displaced: (Turn & { by: string })[];
  beganAt?: string;
  lastRun?: string;
}

export type ArrivalRules = PipelineSpec["arrivals"];

/** How things stand around the line at the moment. */
export interface Surroundings {
  now: Date;
  rules: ArrivalRules;
  /** Of those in the line, the ones whose pages say that they have ended. */
  ended: ReadonlySet<string>;
  /** A run that is under way without having been in the line: its event came straight from the bus, or it was resumed. */
  other: string | undefined;
}

export const lineCollection = defineCollection<ArrivalLine>({ name: "arrival-lines", indexes: {} });

export const noRules: ArrivalRules = { debounce: "0s", cooldown: "0s", overlap: false };

export const emptyLine = (pipeline: string): ArrivalLine => ({ pipeline, begun: [], displaced: [] });

export const turnOf = ({ begun, waiting, displaced }: ArrivalLine, run: string): Turn | undefined =>
  [...begun, ...(waiting ? [waiting] : []), ...displaced].find((turn) => turn.run === run);

/** Joins the line as the one that waits: whoever waited is displaced, because the newest data win. */
export function joined(line: ArrivalLine, turn: Turn): ArrivalLine {
  const { waiting } = line;
  if (waiting === undefined) return { ...line, waiting: turn };
  const since = waiting.since ?? waiting.at;
  return { ...line, waiting: { ...turn, since }, displaced: [...line.displaced, { ...waiting, by: turn.run }] };
}

/** The line one step on: those who have ended are gone, and whoever waits has the turn where nothing holds it back. */
export function advanced(line: ArrivalLine, around: Surroundings): ArrivalLine {
  const rest = { ...line, begun: line.begun.filter(({ run }) => !around.ended.has(run)) };
  const { waiting, ...others } = rest;
  if (waiting === undefined || hindrance(rest, around) !== undefined) return rest;
  return { ...others, begun: [...rest.begun, waiting], beganAt: around.now.toISOString(), lastRun: waiting.run };
}

export interface Hindrance {
  /** For people: what the run waits for. */
  for: string;
  /** When it is over, where that is a matter of time alone. */
  until?: Date;
}

/** What holds back the one that waits. */
export function hindrance(line: ArrivalLine, { now, rules, ended, other }: Surroundings): Hindrance | undefined {
  if (line.waiting === undefined) return undefined;
  const running = line.begun.find(({ run }) => !ended.has(run))?.run ?? other;
  if (!rules.overlap && running !== undefined) return { for: `${running} to end` };
  const quiet = quietAt(line.waiting, rules);
  if (quiet && quiet > now) return { for: `${debounceOf(rules)} without another arrival`, until: quiet };
  const cooled = line.beganAt === undefined ? undefined : later(line.beganAt, rules.cooldown);
  if (cooled && cooled > now) return { for: `${rules.cooldown} to pass since ${line.lastRun} began`, until: cooled };
  return undefined;
}

/** So many pauses long arrivals that do not cease are waited for. */
const MOST_PAUSES = 10;

/** Unless it is said, a burst makes one run, but for those who want a run for each arrival. */
const debounceOf = ({ debounce, overlap }: ArrivalRules): string => debounce ?? (overlap ? "0s" : "100ms");

function quietAt({ at, since = at }: Turn, rules: ArrivalRules): Date | undefined {
  const pause = millisecondsOf(debounceOf(rules));
  return pause === 0 ? undefined : new Date(Math.min(Date.parse(at) + pause, Date.parse(since) + MOST_PAUSES * pause));
}

/** Undefined for no span at all: two gateways' clocks may differ, and nobody is to wait for that. */
const later = (time: string, span: string): Date | undefined =>
  millisecondsOf(span) === 0 ? undefined : new Date(Date.parse(time) + millisecondsOf(span));

export interface Place {
  event: CloudEvent;
  /** Undefined: it is its turn. */
  turn: RunTurn | undefined;
}

/** What the pages of those in the line have to say. */
export function placesOf(line: ArrivalLine, around: Surroundings): Place[] {
  const { begun, waiting, displaced } = line;
  const because = hindrance(line, around)?.for ?? "its turn";
  return [
    ...displaced.map(({ event, by }) => ({ event, turn: { state: "superseded" as const, by } })),
    ...(waiting ? [{ event: waiting.event, turn: { state: "waiting" as const, for: because } }] : []),
    ...begun.map(({ event }) => ({ event, turn: undefined })),
  ];
}
