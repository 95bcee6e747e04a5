import type { DuckDBConnection } from "@duckdb/node-api";
import { ProblemError, type Table } from "@millrace/contracts";
import { choosePositions } from "./choose-columns.js";
import { firstLine } from "./csv-problem.js";
import { materialise, type SourceColumn } from "./materialise.js";
import { identifier, pathLiteral } from "./sql.js";
import { sourceProblem } from "./source-problem.js";

/** Where writeParquet keeps names that DuckDB would change because they differ in nothing but case. */
export const NAMES_KEY = "millrace.columns";

const numeric = /^(BOOLEAN|U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\(.*\))$/;
const time = /^(DATE|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE)$/;

export async function readParquet(
  connection: DuckDBConnection,
  path: string,
  wanted?: readonly string[],
): Promise<Table> {
  try {
    const columns = await columnsOf(connection, path);
    const positions = choosePositions(
      path,
      columns.map(({ name }) => name),
      wanted,
    );
    return await materialise(
      connection,
      sourceOf(path),
      positions.map((position) => columns[position]!),
    );
  } catch (cause) {
    throw cause instanceof ProblemError ? cause : unreadable(path, cause as Error);
  }
}

const sourceOf = (path: string): string => `read_parquet(${pathLiteral(path)}, hive_partitioning=false)`;

async function columnsOf(connection: DuckDBConnection, path: string): Promise<SourceColumn[]> {
  const described = await connection.runAndReadAll(`describe select * from ${sourceOf(path)}`);
  const names = await writtenNames(connection, path);
  return described.getRows().map(([column, type], index) => {
    const expression = identifier(column as string);
    return { name: names?.[index] ?? (column as string), ...storedAs(expression, type as string) };
  });
}

function storedAs(expression: string, type: string): Pick<SourceColumn, "kind" | "sql"> {
  if (numeric.test(type)) return { kind: "number", sql: `${expression}::double` };
  if (time.test(type)) return { kind: "number", sql: `epoch_ms(${expression})::double` };
  return { kind: "text", sql: `${expression}::varchar` };
}

async function writtenNames(connection: DuckDBConnection, path: string): Promise<string[] | undefined> {
  const kept = await connection.runAndReadAll(
    `select decode(value) from parquet_kv_metadata(${pathLiteral(path)}) where decode(key) = '${NAMES_KEY}'`,
  );
  const names = kept.getRows()[0]?.[0];
  return typeof names === "string" ? (JSON.parse(names) as string[]) : undefined;
}

const unreadable = (path: string, cause: Error) =>
  sourceProblem(
    "SOURCE_UNREADABLE",
    path,
    `cannot be read as Parquet (${firstLine(cause.message)}).`,
    "Write the file again.",
    cause,
  );
