import type { DuckDBConnection } from "@duckdb/node-api";
import { ProblemError } from "@millrace/contracts";
import { identifier, pathLiteral } from "../duckdb/sql.js";
import { firstLine } from "../files/csv-problem.js";
import { sourceProblem } from "../files/source-problem.js";
import type { StagedColumn } from "../staging/row-sink.js";
import { NAMES_KEY } from "./parquet-format.js";

/** A column of a Parquet file and the expression that makes a double or a text of it. */
export interface ParquetColumn extends StagedColumn {
  readonly sql: string;
}

const numeric = /^(BOOLEAN|U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL\(.*\))$/;
const fraction = /^(FLOAT|DOUBLE)$/;
const time = /^(DATE|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE)$/;

export const parquetSource = (path: string): string => `read_parquet(${pathLiteral(path)}, hive_partitioning=false)`;

export async function parquetColumns(connection: DuckDBConnection, path: string): Promise<ParquetColumn[]> {
  try {
    const described = await connection.runAndReadAll(`describe select * from ${parquetSource(path)}`);
    const names = await writtenNames(connection, path);
    return described.getRows().map(([column, type], index) => ({
      name: names?.[index] ?? (column as string),
      ...storedAs(identifier(column as string), type as string),
    }));
  } catch (cause) {
    throw parquetProblem(path, cause);
  }
}

/** How a column of DuckDB's is kept here: numbers as doubles (NaN is missing), times as milliseconds, the rest as text. */
export function storedAs(column: string, type: string): Pick<ParquetColumn, "kind" | "sql"> {
  if (fraction.test(type)) return { kind: "number", sql: `nullif(${column}::double, 'nan'::double)` };
  if (numeric.test(type)) return { kind: "number", sql: `${column}::double` };
  if (time.test(type)) return { kind: "number", sql: `epoch_ms(${column})::double` };
  return { kind: "text", sql: `${column}::varchar` };
}

async function writtenNames(connection: DuckDBConnection, path: string): Promise<string[] | undefined> {
  const kept = await connection.runAndReadAll(
    `select decode(value) from parquet_kv_metadata(${pathLiteral(path)}) where decode(key) = '${NAMES_KEY}'`,
  );
  const names = kept.getRows()[0]?.[0];
  return typeof names === "string" ? (JSON.parse(names) as string[]) : undefined;
}

/** A problem stays what it is; anything else is what DuckDB found wrong with the file. */
export function parquetProblem(path: string, cause: unknown): ProblemError {
  if (cause instanceof ProblemError) return cause;
  const message = `cannot be read as Parquet (${firstLine((cause as Error).message)}).`;
  return sourceProblem("SOURCE_UNREADABLE", path, message, "Write the file again.", cause);
}
