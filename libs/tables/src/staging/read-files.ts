import { loadFiles } from "../files/load-files.js";
import { joinTables } from "./join-tables.js";
import { countRows, type StagedRows } from "./staged-rows.js";
import type { ReadOptions } from "./read-options.js";
import type { FilesRead, FilesRequest, JoinedRequest } from "./staging.js";

/** Reads files, or what a query makes of several tables of files, into the staged rows. */
export async function readFiles(
  staged: StagedRows,
  request: FilesRequest | JoinedRequest,
  options: ReadOptions,
): Promise<FilesRead> {
  const skipped =
    "query" in request ? await joinTables(staged, request, options) : await load(staged, request, options);
  return { rows: await countRows(staged), skipped };
}

async function load(staged: StagedRows, request: FilesRequest, options: ReadOptions): Promise<number> {
  const target = { connection: staged.connection, table: "staged" };
  const { columns, skipped } = await loadFiles(target, request, options);
  staged.columns = columns;
  return skipped;
}
