import type { DuckDBConnection } from "@duckdb/node-api";
import { ProblemError, type Table } from "@millrace/contracts";
import { appendTable } from "../duckdb/append-table.js";
import { firstRow } from "../duckdb/open-database.js";
import type { Block, RowStore } from "../plain/row-store.js";
import type { NumberSummary } from "./number-summary.js";
import type { StagedColumn } from "./row-sink.js";

/**
 * A run's rows: in a store of their own where they were read as plain rows, else in the table `staged`. The table's columns
 * are c0, c1 … there, doubles or texts, because names may be anything.
 */
export interface StagedRows {
  /** DuckDB is opened when something needs it. */
  readonly connect: () => Promise<DuckDBConnection>;
  columns: readonly StagedColumn[];
  store?: RowStore;
  /** Whether rows have gone: then a row's number in the source is kept in `r`, else it is the rowid. */
  thinned: boolean;
  /** One bit a row: the test rows. */
  test?: Uint8Array;
  /** What the columns of numbers hold, by their places, where a pass over these rows has found it. */
  numbers?: ReadonlyMap<number, NumberSummary>;
}

export const sqlTypes = (columns: readonly StagedColumn[]): string =>
  columns.map(({ kind }, index) => `c${index} ${kind === "text" ? "varchar" : "double"}`).join(", ");

export async function countRows({ connect, columns, store }: StagedRows): Promise<number> {
  if (store) return store.rows;
  if (columns.length === 0) return 0;
  const [rows] = await firstRow(await connect(), "select count(*) from staged");
  return Number(rows);
}

/** A connection on which all rows are in the table `staged`. */
export async function asTable(staged: StagedRows): Promise<DuckDBConnection> {
  const connection = await staged.connect();
  const { store, columns } = staged;
  if (!store) return connection;
  await connection.run(`create or replace table staged (${sqlTypes(columns)})`);
  const appender = await connection.createAppender("staged");
  for await (const block of store.blocks()) appendTable(appender, tableOf(block, columns));
  appender.closeSync();
  store.close();
  staged.store = undefined;
  return connection;
}

const tableOf = (block: Block, columns: readonly StagedColumn[]): Table => ({
  rows: block.rows,
  columns: columns.map(({ name, kind }, index) => {
    if (kind === "number") return { name, kind, values: block.numbers(index) };
    const { codes, dictionary } = block.texts(index);
    const texts = Array.from({ length: dictionary.size }, (_, code) =>
      Buffer.from(dictionary.bytesOf(code)).toString("utf8"),
    );
    return { name, kind, codes, dictionary: texts };
  }),
});

/** The place of a column among the staged ones. */
export function positionOf({ columns }: StagedRows, name: string, setting: string): number {
  const position = columns.findIndex((column) => column.name === name);
  if (position >= 0) return position;
  throw new ProblemError({
    code: "SOURCE_COLUMN_UNKNOWN",
    where: setting,
    message: `the rows have no column ${JSON.stringify(name)}.`,
    remedy: `Its columns are: ${columns.map((column) => column.name).join(", ")}.`,
  });
}
