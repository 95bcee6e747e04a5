import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../duckdb/open-database.js";
import { readFiles } from "./read-files.js";
import { splitRows } from "./split-rows.js";
import { stageBatches } from "./stage-batches.js";
import { countRows, type StagedRows } from "./staged-rows.js";
import type { Staging } from "./staging.js";
import { statistics } from "./statistics.js";
import { dropBelow, keepNewest, largest } from "./thin-rows.js";
import { rowNumbers, writeRows } from "./write-rows.js";

export interface StagingOptions {
  /** How much DuckDB keeps in memory before rows go to disk, such as 384MB. */
  readonly memory?: string;
  /** Where the staging's own folder is made; that of temporary files by default. */
  readonly folder?: string;
  readonly threads?: number;
}

/** Opens a staging of a run's own; its files are gone when it is closed. */
export async function openStaging({
  memory = "384MB",
  folder = tmpdir(),
  threads,
}: StagingOptions = {}): Promise<Staging> {
  const own = await mkdtemp(join(folder, "millrace-staging-"));
  const database = await openDatabase(":memory:", { memory, threads, folder: join(own, "spill") });
  const connection = await database.connect();
  const staged: StagedRows = { connection, columns: [], thinned: false };
  const { sink, settle } = stageBatches(staged);
  const settled =
    <Given extends unknown[], Result>(work: (staged: StagedRows, ...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      settle();
      return work(staged, ...given);
    };
  return {
    sink,
    readFiles: settled((rows, request) => readFiles(rows, request, { folder: own, memory, threads })),
    describe: settled(async (rows) => ({ rows: await countRows(rows), columns: rows.columns })),
    statistics: settled(statistics),
    keepNewest: settled(keepNewest),
    dropBelow: settled(dropBelow),
    largest: settled(largest),
    split: settled(splitRows),
    write: settled(writeRows),
    rowNumbers: settled(rowNumbers),
    close: async () => {
      connection.closeSync();
      database.closeSync();
      await rm(own, { recursive: true, force: true });
    },
  };
}
