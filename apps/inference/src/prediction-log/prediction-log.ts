import { join } from "node:path";
import { problemOf, sentenceOf, type ServeLog } from "@millrace/contracts";
import { errorFields, type Log, type Metrics } from "@millrace/service";
import { openExporter } from "./exporter.js";
import { drop, exposeCounts, newCounts } from "./log-counts.js";
import type { LogStore } from "./log-store.js";
import type { LoggedLabel, LoggedPrediction } from "./logged-prediction.js";
import { openRecentAnswers, type RecentAnswer } from "./recent-answers.js";
import { openReplicaFolder } from "./replica-folder.js";
import { openRowQueue } from "./row-queue.js";
import { openSpool } from "./spool.js";

export type { LoggedLabel, LoggedPrediction };

/** What became of the rows, since the process started. */
export interface PredictionLogDetails {
  /** Rows that are on this machine's disk, or were; and those of them that are in the artifact store. */
  readonly written: number;
  readonly exported: number;
  /** Rows that were given up, by reason: memory, disk, unencodable; too_large and rule_unknown are rows without features. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Bytes on this machine's disk that are not in the artifact store yet. */
  readonly spooled_bytes: number;
  /** Why rows do not get on, where they do not. */
  readonly problem?: string;
}

export interface PredictionLog {
  /** Synchronous; never waits and never throws. */
  write(entry: LoggedPrediction): void;
  /** False where the label had to be given up. `flush` makes sure that it is on disk. */
  writeLabel(label: LoggedLabel): boolean;
  /** Counts a row that is not even written, and why. */
  drop(reason: string): void;
  /** One of the last answers of this replica. */
  recent(id: string): RecentAnswer | undefined;
  /** Resolves when what was written before the call is in the hands of the operating system. False: the disk refused it. */
  flush(): Promise<boolean>;
  details(): PredictionLogDetails;
  /** Flushes everything and brings it to the artifact store, as far as that is there. */
  stop(): Promise<void>;
}

export interface PredictionLogOptions {
  /** Where rows wait, with a folder for each replica. */
  readonly folder: string;
  readonly store: LogStore;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly segmentBytes: number;
  readonly segmentSeconds: number;
  /** How long a stop may take to bring away what is left. */
  readonly stopSeconds: number;
  readonly hashKey?: string;
  isKnown(model: string): boolean;
  namesOf(model: string, version: number): readonly string[] | undefined;
  settingsOf(model: string, version: number): Promise<ServeLog>;
  readonly clock: () => Date;
  readonly log: Pick<Log, "info" | "warn">;
  readonly metrics?: Metrics;
}

const FLUSH_MS = 250;
/** In flushes: a sign of life every five seconds, a look for what dead replicas left every minute. */
const BEAT = 20;
const LOOK = 240;

/** Rows go to memory, from there within a quarter of a second to this machine's disk, and from there as Parquet to the store. */
export async function openPredictionLog(options: PredictionLogOptions): Promise<PredictionLog> {
  const { clock, log } = options;
  const counts = newCounts();
  const problems = { disk: undefined as string | undefined, store: undefined as string | undefined };
  const home = await openReplicaFolder(options.folder);
  const exporter = openExporter({
    store: options.store,
    onExported: (rows) => (counts.exported += rows),
    onProblem: (problem) => tell("store", problem),
  });
  const spool = openSpool({
    ...{ folder: home.path, replica: home.replica, clock },
    ...options,
    folder: home.path,
    mayKeep: (bytes) => exporter.bytes() + bytes <= options.diskBytes,
    onSealed: exporter.add,
    onDropped: (reason, rows) => drop(counts, reason, rows),
    onProblem: (error) => tell("disk", sentenceOf(problemOf(error))),
    onWritten(rows) {
      counts.written += rows;
      if (problems.disk !== undefined) tell("disk", undefined);
    },
  });
  const recent = openRecentAnswers();
  const rows = openRowQueue({ ...options, spool, counts });
  const spooledBytes = () => exporter.bytes() + spool.openBytes();
  if (options.metrics !== undefined) exposeCounts(options.metrics, counts, spooledBytes);

  /** The same problem is logged once. */
  function tell(where: keyof typeof problems, problem: string | undefined): void {
    if (problems[where] === problem) return;
    problems[where] = problem;
    if (problem === undefined) log.info("the prediction log goes on", { where });
    else log.warn("rows of the prediction log wait", { where, problem });
  }

  async function adopt(): Promise<void> {
    const adopted = await home.adopt(clock()).catch(() => []);
    for (const segment of adopted) exporter.add(segment, 0);
    if (adopted.length > 0) log.info("rows that a dead replica left are taken over", { segments: adopted.length });
  }

  let ticks = 0;
  const tick = () => {
    spool.flush().catch((error: unknown) => log.warn("the prediction log was not flushed", errorFields(error)));
    if (++ticks % BEAT === 0) void home.beat(clock()).catch(() => undefined);
    if (ticks % LOOK === 0) void adopt();
  };
  await adopt();
  const timer = setInterval(tick, FLUSH_MS);
  timer.unref();

  const details = (): PredictionLogDetails => {
    const problem = problems.disk ?? problems.store;
    const told = { written: counts.written, exported: counts.exported, dropped: { ...counts.dropped } };
    return { ...told, spooled_bytes: spooledBytes(), ...(problem !== undefined && { problem }) };
  };

  async function stop(): Promise<void> {
    clearInterval(timer);
    await rows.close();
    await spool.seal();
    await exporter.finish(options.stopSeconds * 1000);
    // What was answered meanwhile stays on the disk for the next start.
    await spool.seal();
    await home.release().catch((error: unknown) => log.warn("the log's folder stays", errorFields(error)));
  }

  return {
    write(entry) {
      recent.note(entry.id, entry.model, entry.version, entry.prediction);
      rows.write(entry);
    },
    writeLabel: rows.writeLabel,
    drop: (reason) => drop(counts, reason),
    recent: recent.find,
    flush: spool.flush,
    details,
    stop,
  };
}

export const spoolFolder = (dataDir: string): string => join(dataDir, "prediction-log");
