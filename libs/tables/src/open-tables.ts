import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import type { Table } from "@millrace/contracts";
import { readCsv } from "./read-csv.js";
import { readParquet } from "./read-parquet.js";
import { existingFile, formatOf, type SourceFormat } from "./source-file.js";
import { sourceProblem } from "./source-problem.js";
import { writeParquet } from "./write-parquet.js";

export interface ReadOptions {
  /** By default the extension says it: .csv, .csv.gz, .parquet. */
  readonly format?: SourceFormat;
  /** The columns to read, in the order wanted; all by default. */
  readonly columns?: readonly string[];
}

export interface Tables {
  readTable(path: string, options?: ReadOptions): Promise<Table>;
  writeParquet(table: Table, path: string): Promise<void>;
  close(): void;
}

/** Opens one DuckDB inside this process, in memory, for all calls. Threads change how fast it is, never the result. */
export async function openTables({ threads }: { threads?: number } = {}): Promise<Tables> {
  const database = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    ...(threads !== undefined && { threads: String(threads) }),
  });
  const connected = <Result>(work: (connection: DuckDBConnection) => Promise<Result>) => withConnection(database, work);
  return {
    readTable: (path, options) => readTable(connected, path, options),
    writeParquet: (table, path) => connected((connection) => writeParquet(connection, table, path)),
    close: () => database.closeSync(),
  };
}

/** Temporary tables belong to a connection, so calls at the same time do not see each other's. */
async function withConnection<Result>(
  database: DuckDBInstance,
  work: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  const connection = await database.connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
  }
}

type Connected = (work: (connection: DuckDBConnection) => Promise<Table>) => Promise<Table>;

async function readTable(connected: Connected, path: string, { format, columns }: ReadOptions = {}): Promise<Table> {
  const file = await existingFile(path);
  const read = (format ?? formatOf(path)) === "csv" ? readCsv : readParquet;
  const table = await connected((connection) => read(connection, file, columns));
  if (table.rows > 0) return table;
  throw sourceProblem("SOURCE_NO_ROWS", path, "has a header and no rows.", "Write at least one row.");
}
