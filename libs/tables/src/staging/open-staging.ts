import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase, type DatabaseOptions } from "../duckdb/open-database.js";
import { openRowStore } from "../plain/row-store.js";
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
  const database = openedWhenNeeded({ memory, threads, folder: join(own, "spill") });
  const staged: StagedRows = { connect: database.connect, columns: [], thinned: false };
  const { sink, settle } = stageBatches(staged);
  const settled =
    <Given extends unknown[], Result>(work: (staged: StagedRows, ...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      settle();
      return work(staged, ...given);
    };
  return {
    sink,
    readFiles: settled((rows, request) =>
      readFiles(rows, request, { folder: own, memory, threads }, () => openRowStore(own, bytesOf(memory))),
    ),
    describe: settled(async (rows) => ({ rows: await countRows(rows), columns: rows.columns })),
    statistics: settled(statistics),
    keepNewest: settled(keepNewest),
    dropBelow: settled(dropBelow),
    largest: settled(largest),
    split: settled(splitRows),
    write: settled(writeRows),
    rowNumbers: settled(rowNumbers),
    close: async () => {
      staged.store?.close();
      await database.close();
      await rm(own, { recursive: true, force: true });
    },
  };
}

/** One connection to a database of the staging's own; plain files need none. */
function openedWhenNeeded(options: DatabaseOptions) {
  const open = async () => {
    const database = await openDatabase(":memory:", options);
    return { database, connection: await database.connect() };
  };
  let opened: ReturnType<typeof open> | undefined;
  const close = async () => {
    if (opened === undefined) return;
    const { database, connection } = await opened;
    connection.closeSync();
    database.closeSync();
  };
  return { connect: async () => (await (opened ??= open())).connection, close };
}

const units: Readonly<Record<string, number>> = { KB: 1e3, MB: 1e6, GB: 1e9, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30 };

/** How many bytes a size such as 384MB is. */
function bytesOf(memory: string): number {
  const [, count, unit] = /^([\d.]+)\s*([KMG]i?B)$/i.exec(memory) ?? [];
  return Number(count) * units[unit!.toUpperCase()]!;
}
