import { temporaryFolder } from "@millrace/testing";
import { openTables } from "@millrace/tables";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ServeLog } from "@millrace/contracts";
import type { LogCounts } from "./log-counts.js";
import { newCounts } from "./log-counts.js";
import type { LoggedPrediction } from "./logged-prediction.js";
import { openPredictionLog, type PredictionLogOptions } from "./prediction-log.js";
import { clearBlock, newBlock, sealedBytes } from "./block.js";
import { openRowQueue } from "./row-queue.js";
import { rowsIn, type LogRow, type PredictionRow } from "./row-reader.js";

export const everything: ServeLog = { sample: 1, drop: [], hash: [] };

export const entryOf = (parts: Partial<LoggedPrediction> = {}): LoggedPrediction => ({
  ...{
    id: "p-1",
    at: new Date("2026-03-04T05:06:07.089Z"),
    model: "sides",
    version: 3,
    status: 200,
    milliseconds: 0.25,
  },
  ...parts,
});

/** A log in a folder of its own, on the files store in the same folder. */
export async function openLogForTest(parts: Partial<PredictionLogOptions> = {}) {
  const folder = await temporaryFolder("log");
  const options: PredictionLogOptions = {
    ...{ folder: join(folder.path, "spool"), store: { artifacts: { dir: folder.path }, bucket: "log" } },
    ...{ memoryBytes: 4 << 20, diskBytes: 64 << 20, segmentBytes: 4 << 20, segmentSeconds: 300, stopSeconds: 20 },
    ...{ isKnown: () => true, namesOf: () => undefined, settingsOf: async () => everything },
    ...{ clock: () => new Date(), log: { info: () => undefined, warn: () => undefined } },
    ...parts,
  };
  const open = (more: Partial<PredictionLogOptions> = {}) => openPredictionLog({ ...options, ...more });
  return { ...folder, options, open };
}

interface WrittenOptions {
  settings?: ServeLog;
  settingsOf?: () => Promise<ServeLog>;
  hashKey?: string;
  names?: readonly string[];
  known?: (model: string) => boolean;
}

/** Rows as they would be on the disk, without a disk; and the bytes themselves. */
export async function writtenRows(
  entries: readonly LoggedPrediction[],
  { settings = everything, settingsOf = async () => settings, hashKey, names, known = () => true }: WrittenOptions = {},
): Promise<{ rows: LogRow[]; bytes: Buffer; counts: LogCounts }> {
  const counts = newCounts();
  const blocks = [clearBlock(newBlock())];
  const nextBlock = () => {
    blocks.push(clearBlock(newBlock()));
    return blocks.at(-1)!;
  };
  const spool = { block: () => blocks.at(-1)!, nextBlock };
  const queue = openRowQueue({
    ...{ spool, counts, hashKey, isKnown: known, namesOf: () => names, settingsOf },
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  // The first row of a version waits for its rule, and so would many that come at once.
  queue.write(entries[0]!);
  await settle();
  for (const entry of entries.slice(1)) queue.write(entry);
  await settle();
  const bytes = Buffer.concat(blocks.map((block) => Buffer.from(sealedBytes(block))));
  return { rows: [...rowsIn(bytes)], bytes, counts };
}

export async function filesBelow(folder: string, ending: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith(ending)).sort();
}

export async function readParquet(path: string) {
  const tables = await openTables();
  try {
    return await tables.readTable(path, { format: "parquet" });
  } finally {
    tables.close();
  }
}

/** A row with its features and probabilities as they were given. */
export function asGiven(row: LogRow | undefined) {
  const { features, probabilities, ...rest } = row as PredictionRow;
  const parsed = (json: string | undefined) => (json === undefined ? undefined : (JSON.parse(json) as unknown));
  return { ...rest, features: parsed(features), probabilities: parsed(probabilities) };
}
