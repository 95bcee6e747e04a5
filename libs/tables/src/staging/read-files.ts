import { loadFiles } from "../files/load-files.js";
import { readPlainFiles } from "../plain/read-plain-files.js";
import type { RowStore } from "../plain/row-store.js";
import { joinTables } from "./join-tables.js";
import { countRows, type StagedRows } from "./staged-rows.js";
import type { ReadOptions } from "./read-options.js";
import type { FilesRead, FilesRequest, JoinedRequest } from "./staging.js";

/** Reads files, or what a query makes of several tables of files, into the staged rows. */
export async function readFiles(
  staged: StagedRows,
  request: FilesRequest | JoinedRequest,
  options: ReadOptions,
  openStore: () => RowStore,
): Promise<FilesRead> {
  staged.store?.close();
  staged.store = undefined;
  const skipped =
    "query" in request ? await joinTables(staged, request, options) : await load(staged, request, options, openStore);
  return { rows: await countRows(staged), skipped };
}

async function load(
  staged: StagedRows,
  request: FilesRequest,
  options: ReadOptions,
  openStore: () => RowStore,
): Promise<number> {
  const plain = await readPlainFiles(request, openStore);
  if (plain) {
    staged.columns = plain.columns;
    staged.store = plain.store;
    return 0;
  }
  const target = { connection: await staged.connect(), table: "staged" };
  const { columns, skipped } = await loadFiles(target, request, options);
  staged.columns = columns;
  return skipped;
}
