import { digestOf, hasEnded, runOf, type CloudEvent, type RunRecord } from "@millrace/contracts";
import type { Bus } from "@millrace/messaging";
import { errorFields, findPipeline, type Clock, type Log } from "@millrace/service";
import type { Records, RecordStore } from "@millrace/storage";
import type { Ledger } from "../ledger.js";
import { listRuns, type Runs } from "../run-records.js";
import {
  advanced,
  emptyLine,
  hindrance,
  joined,
  lineCollection,
  noRules,
  placesOf,
  turnOf,
  type ArrivalLine,
  type ArrivalRules,
  type Surroundings,
} from "./arrival-line.js";
import { isArrival } from "./is-arrival.js";

export interface ArrivalsParts {
  records: RecordStore;
  runs: Runs;
  ledger: Ledger;
  bus: Pick<Bus, "publish">;
  pipelinesDir: string;
  clock: Clock;
  log: Log;
}

export interface Arrivals {
  /** Takes an arrival's event into its pipeline's line, and begins its run where nothing holds it back. */
  enter(event: CloudEvent, rules?: ArrivalRules): Promise<{ news: boolean; known: CloudEvent }>;
  /** A run of the pipeline has ended: whoever waits may have the turn. */
  advance(pipeline: string): Promise<void>;
  /** Looks at every line: what a gateway left half done is finished, and whoever waits for a time is let go on. */
  look(): Promise<void>;
  /** The run that was begun last, and when. */
  last(pipeline: string): Promise<Pick<ArrivalLine, "lastRun" | "beganAt">>;
  stop(): Promise<void>;
}

const LOOK_MS = 2_000;
const LONGEST_TIMER_MS = 60_000;

/** Debounce, cooldown and single flight of the pipelines' arrivals, over all gateways that share the record store. */
export function openArrivals(parts: ArrivalsParts): Arrivals {
  const { runs, ledger, bus, clock, log } = parts;
  const lines: Records<ArrivalLine> = parts.records.records(lineCollection);
  const last = new Map<string, Promise<unknown>>();
  const timers = new Map<string, NodeJS.Timeout>();
  let looking: Promise<void> | undefined;
  let stopped = false;

  /** Within this gateway one after the other, so that only gateways contend for a line. */
  function inTurn<T>(pipeline: string, act: () => Promise<T>): Promise<T> {
    const done = (last.get(pipeline) ?? Promise.resolve()).then(act);
    const quiet = done.catch(() => undefined);
    last.set(pipeline, quiet);
    void quiet.then(() => last.get(pipeline) === quiet && last.delete(pipeline));
    return done;
  }

  async function enter(event: CloudEvent, given?: ArrivalRules) {
    const pipeline = event.pipeline!;
    return inTurn(pipeline, async () => {
      const rules = given ?? (await rulesOf(pipeline));
      let known: CloudEvent | undefined;
      const at = clock().toISOString();
      await change(pipeline, rules, (line) => {
        known = turnOf(line, runOf(event))?.event;
        return known ? line : joined(line, { run: runOf(event), event, at });
      });
      return { news: known === undefined, known: known ?? event };
    });
  }

  const advance = (pipeline: string): Promise<void> =>
    inTurn(pipeline, async () => {
      const line = (await lines.get(pipeline))?.value;
      if (line === undefined || isQuiet(line)) return;
      await change(pipeline, line.waiting ? await rulesOf(pipeline) : noRules, (current) => current);
    });

  /** Changes the line and lets it go one step on; then the pages and the bus are told. */
  async function change(pipeline: string, rules: ArrivalRules, act: (line: ArrivalLine) => ArrivalLine): Promise<void> {
    const before = (await lines.get(pipeline))?.value ?? emptyLine(pipeline);
    const around = { ...(await surroundings(before)), rules };
    const record = await lines.update(pipeline, (current) => {
      const line = current ?? emptyLine(pipeline);
      const next = advanced(act(line), around);
      return digestOf(next) === digestOf(line) ? undefined : next;
    });
    const line = record?.value ?? emptyLine(pipeline);
    await tell(line, around);
    remind(line, around);
    // Another gateway came between our reading and our writing: what we know of its run is too old to wait by.
    if (line.waiting && line.begun.some(({ run }) => turnOf(before, run) === undefined)) await again(pipeline, rules);
  }

  async function again(pipeline: string, rules: ArrivalRules): Promise<void> {
    const line = (await lines.get(pipeline))?.value ?? emptyLine(pipeline);
    const { ended } = await surroundings(line);
    if (ended.size > 0) await change(pipeline, rules, (current) => current);
  }

  /** Each page is written before the bus hears of its run: the keeper sends what was not sent. */
  async function tell(line: ArrivalLine, around: Surroundings): Promise<void> {
    for (const { event, turn } of placesOf(line, around)) {
      const { news } = await ledger.place(event, turn);
      if (news && turn === undefined) await bus.publish(event);
    }
    if (line.displaced.length === 0) return;
    const told = new Set(line.displaced.map(({ run }) => run));
    await lines.update(line.pipeline, (current) =>
      current?.displaced.some(({ run }) => told.has(run))
        ? { ...current, displaced: current.displaced.filter(({ run }) => !told.has(run)) }
        : undefined,
    );
  }

  async function surroundings(line: ArrivalLine): Promise<Omit<Surroundings, "rules">> {
    const pages = await Promise.all(line.begun.map(({ run }) => runs.get(run)));
    const ended = pages.flatMap((page) => (page && hasEnded(page.value.status) ? [page.key] : []));
    const { records } = await listRuns(runs, { pipeline: line.pipeline, status: "running", limit: 20 });
    const others = records.filter(({ key, value }) => turnOf(line, key) === undefined && isUnderWay(value));
    return { now: clock(), ended: new Set(ended), other: others[0]?.key };
  }

  function remind(line: ArrivalLine, around: Surroundings): void {
    const until = hindrance(line, { ...around, now: clock() })?.until;
    clearTimeout(timers.get(line.pipeline));
    timers.delete(line.pipeline);
    if (until === undefined || stopped) return;
    const ms = Math.min(LONGEST_TIMER_MS, Math.max(1, until.getTime() - clock().getTime()));
    timers.set(line.pipeline, setTimeout(() => void quietly(advance(line.pipeline)), ms).unref());
  }

  const rulesOf = async (pipeline: string): Promise<ArrivalRules> =>
    findPipeline(parts.pipelinesDir, pipeline).then(
      ({ spec }) => spec.arrivals,
      () => noRules,
    );

  async function look(): Promise<void> {
    for (let after: string | undefined; ;) {
      const page = await lines.query({ limit: 200, after });
      for (const { key, value } of page.records) if (!isQuiet(value)) await advance(key);
      if ((after = page.next) === undefined) return;
    }
  }

  const quietly = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => log.warn("the waiting arrivals could not be looked at", errorFields(error)));

  const lookQuietly = () => (looking ??= quietly(look()).finally(() => (looking = undefined)));
  const timer = setInterval(() => void lookQuietly(), LOOK_MS);
  timer.unref();
  void lookQuietly();

  async function stop(): Promise<void> {
    stopped = true;
    clearInterval(timer);
    for (const each of timers.values()) clearTimeout(each);
    await Promise.all([looking, ...last.values()]);
  }

  return {
    enter,
    advance: (pipeline) => quietly(advance(pipeline)),
    look,
    last: async (pipeline) => (await lines.get(pipeline))?.value ?? {},
    stop,
  };
}

const isQuiet = ({ begun, waiting, displaced }: ArrivalLine): boolean =>
  begun.length === 0 && waiting === undefined && displaced.length === 0;

/** A page that no arrival has begun is no run of the pipeline: a rollback, or a word about a model from long ago. */
const isUnderWay = ({ events }: RunRecord): boolean => Object.values(events).some(isArrival);
