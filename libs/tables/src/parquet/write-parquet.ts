import type { DuckDBConnection } from "@duckdb/node-api";
import { ProblemError, type Table } from "@millrace/contracts";
import { appendTable } from "../duckdb/append-table.js";
import { identifier, literal } from "../duckdb/sql.js";
import { namesOption, PARQUET_FORMAT } from "./parquet-format.js";

/** Writes a table; the same table gives the same bytes, on any number of threads. */
export async function writeParquet(connection: DuckDBConnection, table: Table, path: string): Promise<void> {
  refuseNoColumns(table);
  const types = table.columns.map(({ kind }, index) => `c${index} ${kind === "text" ? "varchar" : "double"}`);
  await connection.run(`create or replace temp table table_rows (${types.join(", ")})`);
  const appender = await connection.createAppender("table_rows");
  appendTable(appender, table);
  appender.closeSync();
  const selected = table.columns.map(({ name }, index) => `c${index} as ${identifier(name)}`);
  const names = table.columns.map(({ name }) => name);
  await connection.run(
    `copy (select ${selected.join(", ")} from table_rows) to ${literal(path)} (${PARQUET_FORMAT}${namesOption(names)})`,
  );
}

function refuseNoColumns(table: Table): void {
  if (table.columns.length > 0) return;
  throw new ProblemError({
    code: "TABLE_HAS_NO_COLUMNS",
    message: "a table without columns cannot be written.",
    remedy: "Keep at least one column.",
  });
}
