import type { DuckDBConnection } from "@duckdb/node-api";
import type { CsvOptions, FileFormat, Table } from "@millrace/contracts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase, withConnection } from "./duckdb/open-database.js";
import { loadFiles } from "./files/load-files.js";
import { sourceProblem } from "./files/source-problem.js";
import { writeParquet } from "./parquet/write-parquet.js";
import { collectTable } from "./duckdb/collect-table.js";

export interface ReadOptions {
  /** By default the extension says it. */
  readonly format?: FileFormat;
  /** The columns to read, in the order wanted; all by default. */
  readonly columns?: readonly string[];
  readonly csv?: Partial<CsvOptions>;
}

export interface Tables {
  readTable(path: string, options?: ReadOptions): Promise<Table>;
  writeParquet(table: Table, path: string): Promise<void>;
  close(): void;
}

/** Opens one DuckDB inside this process, in memory, for all calls. Threads change how fast it is, never the result. */
export async function openTables({ threads }: { threads?: number } = {}): Promise<Tables> {
  const database = await openDatabase(":memory:", { threads });
  const connected = <Result>(work: (connection: DuckDBConnection) => Promise<Result>) => withConnection(database, work);
  return {
    readTable: (path, options) => connected((connection) => readTable(connection, path, options)),
    writeParquet: (table, path) => connected((connection) => writeParquet(connection, table, path)),
    close: () => database.closeSync(),
  };
}

async function readTable(
  connection: DuckDBConnection,
  path: string,
  { format, csv, columns: wanted }: ReadOptions = {},
): Promise<Table> {
  const target = { connection, table: "source_rows", temporary: true };
  const folder = await mkdtemp(join(tmpdir(), "millrace-unpacked-"));
  const { columns } = await loadFiles(target, { paths: [path], format, csv }, { folder, wanted }).finally(() =>
    rm(folder, { recursive: true, force: true }),
  );
  const table = await collectTable(connection, "select * from source_rows", columns);
  if (table.rows > 0) return table;
  throw sourceProblem("SOURCE_NO_ROWS", path, "has a header and no rows.", "Write at least one row.");
}
