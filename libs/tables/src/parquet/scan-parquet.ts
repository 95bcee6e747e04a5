import type { DuckDBDataChunk } from "@duckdb/node-api";
import type { Table } from "@millrace/contracts";
import { tableOf } from "../duckdb/collect-table.js";
import { databaseForReading } from "../duckdb/open-database.js";
import { streamChunks } from "../duckdb/stream-chunks.js";
import { choosePositions } from "../files/choose-columns.js";
import { existingFile } from "../files/source-file.js";
import { parquetColumns, parquetProblem, parquetSource } from "./parquet-columns.js";
import { GROUP_ROWS } from "./parquet-format.js";

export interface ScanOptions {
  /** The columns to read, in the order wanted; all by default. */
  readonly columns?: readonly string[];
  /** About how many rows come at once. */
  readonly batchRows?: number;
}

/** The rows of a Parquet file some at a time, in order; each batch has dictionaries of its own. Only one batch is held. */
export async function* scanParquet(
  path: string,
  { columns: wanted, batchRows = GROUP_ROWS }: ScanOptions = {},
): AsyncGenerator<Table, void, undefined> {
  const file = await existingFile(path);
  const connection = await (await databaseForReading()).connect();
  try {
    const all = await parquetColumns(connection, file);
    const names = all.map(({ name }) => name);
    const columns = choosePositions(file, names, wanted).map((position) => all[position]!);
    const sql = `select ${columns.map((column) => column.sql).join(", ")} from ${parquetSource(file)}`;
    for await (const chunks of batched(streamChunks(connection, sql), batchRows)) yield tableOf(chunks, columns);
  } catch (cause) {
    throw parquetProblem(path, cause);
  } finally {
    connection.closeSync();
  }
}

async function* batched(chunks: AsyncIterable<DuckDBDataChunk>, rows: number): AsyncGenerator<DuckDBDataChunk[]> {
  let batch: DuckDBDataChunk[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    batch.push(chunk);
    held += chunk.rowCount;
    if (held < rows) continue;
    yield batch;
    [batch, held] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}
