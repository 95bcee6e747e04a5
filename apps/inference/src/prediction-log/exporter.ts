import { statSync } from "node:fs";
import { problemOf, sentenceOf } from "@millrace/contracts";
import { startProcess, type LogProcess } from "./log-process.js";
import type { ExportedSegment, LogStore } from "./log-store.js";

export interface ExporterOptions {
  readonly store: LogStore;
  onExported(rows: number): void;
  /** What keeps segments on this machine; undefined: nothing any more. */
  onProblem(problem: string | undefined): void;
}

export interface Exporter {
  add(path: string, bytes: number): void;
  /** How many bytes wait. */
  bytes(): number;
  /** Tries once to bring away what is there, however short ago it was tried; not longer than so many milliseconds. */
  finish(within: number): Promise<void>;
}

/** One process is enough for a while: under load it takes several segments at once. */
const BETWEEN_MS = 5_000;
const LONGEST_WAIT_MS = 60_000;

/** Brings whole segments to the artifact store; while that is away they wait, and the next try comes later and later. */
export function openExporter({ store, onExported, onProblem }: ExporterOptions): Exporter {
  const waiting = new Map<string, number>();
  let failures = 0;
  let running: { process: LogProcess; ended: Promise<void> } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let finishing = false;
  let lastBegan = 0;

  function heard({ segment, rows, problem }: ExportedSegment): void {
    if (problem !== undefined) return failed(problem);
    waiting.delete(segment);
    failures = 0;
    onProblem(undefined);
    onExported(rows);
  }

  function failed(problem: string): void {
    failures++;
    onProblem(problem);
  }

  function begin(): void {
    timer = undefined;
    if (running !== undefined || waiting.size === 0) return;
    lastBegan = performance.now();
    const job = { segments: [...waiting.keys()].sort(), store };
    // At the end nobody is served any more, so it need not give way.
    const process = startProcess<ExportedSegment>("export", job, heard, finishing ? 0 : undefined);
    const ended = process.ended
      .catch((error: unknown) => failed(sentenceOf(problemOf(error))))
      .then(() => {
        running = undefined;
        plan();
      });
    running = { process, ended };
  }

  function plan(): void {
    if (finishing || running !== undefined || timer !== undefined || waiting.size === 0) return;
    const wait = Math.min(BETWEEN_MS * 2 ** Math.min(failures, 10), LONGEST_WAIT_MS);
    const since = failures === 0 ? performance.now() - lastBegan : 0;
    timer = setTimeout(begin, lastBegan === 0 ? 0 : Math.max(0, wait - since));
    timer.unref();
  }

  async function finish(within: number): Promise<void> {
    finishing = true;
    clearTimeout(timer);
    let late = false;
    const end = setTimeout(() => {
      late = true;
      running?.process.end();
    }, within);
    await running?.ended;
    if (!late) begin();
    await running?.ended;
    clearTimeout(end);
  }

  return {
    add(path, bytes) {
      waiting.set(path, bytes || sizeOf(path));
      plan();
    },
    bytes: () => [...waiting.values()].reduce((sum, bytes) => sum + bytes, 0),
    finish,
  };
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
