import type { DuckDBConnection } from "@duckdb/node-api";

/** Where rows are loaded to: a table that is not there yet. */
export interface Target {
  readonly connection: DuckDBConnection;
  readonly table: string;
  /** Whether it is of this connection alone. */
  readonly temporary?: boolean;
}

/** The statement that makes the table of the first file's rows, or adds those of another. */
export const into = ({ table, temporary }: Target, isFirst: boolean): string =>
  isFirst ? `create or replace ${temporary ? "temp " : ""}table ${table} as` : `insert into ${table}`;
