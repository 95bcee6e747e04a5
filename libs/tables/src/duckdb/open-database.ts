import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";

export interface DatabaseOptions {
  readonly threads?: number;
  /** Beyond it DuckDB puts rows into `folder`. */
  readonly memory?: string;
  readonly folder?: string;
  readonly readOnly?: boolean;
}

/** A DuckDB that loads no extensions. Threads change how fast it is, never the result. */
export const openDatabase = (path: string, options: DatabaseOptions = {}): Promise<DuckDBInstance> =>
  DuckDBInstance.create(path, {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    // What DuckDB kept of a file would stand for another one that was written in its place a moment later.
    enable_external_file_cache: "false",
    ...(options.threads !== undefined && { threads: String(options.threads) }),
    ...(options.memory !== undefined && { memory_limit: options.memory }),
    ...(options.folder !== undefined && { temp_directory: options.folder }),
    ...(options.readOnly && { access_mode: "READ_ONLY" }),
  });

let reading: Promise<DuckDBInstance> | undefined;

/** One database for all that is only read: to open one takes longer than to read a small file. */
export const databaseForReading = (): Promise<DuckDBInstance> =>
  (reading ??= openDatabase(":memory:").catch((error: unknown) => {
    reading = undefined;
    throw error;
  }));

/** Temporary tables belong to a connection, so calls at the same time do not see each other's. */
export async function withConnection<Result>(
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

/** The first row of a query's result. */
export async function firstRow(connection: DuckDBConnection, sql: string): Promise<unknown[]> {
  const reader = await connection.runAndReadAll(sql);
  return (reader.getRowsJS()[0] ?? []) as unknown[];
}
