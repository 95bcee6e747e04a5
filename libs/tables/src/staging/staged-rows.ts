import type { DuckDBConnection } from "@duckdb/node-api";
import { ProblemError } from "@millrace/contracts";
import { firstRow } from "../duckdb/open-database.js";
import type { NumberSummary } from "./number-summary.js";
import type { StagedColumn } from "./row-sink.js";

/** The table `staged` of a run: its columns are c0, c1 … there, doubles or texts, because names may be anything. */
export interface StagedRows {
  readonly connection: DuckDBConnection;
  columns: readonly StagedColumn[];
  /** Whether rows have gone: then a row's number in the source is kept in `r`, else it is the rowid. */
  thinned: boolean;
  /** One bit a row: the test rows. */
  test?: Uint8Array;
  /** What the columns of numbers hold, by their places, where a pass over these rows has found it. */
  numbers?: ReadonlyMap<number, NumberSummary>;
}

export const sqlTypes = (columns: readonly StagedColumn[]): string =>
  columns.map(({ kind }, index) => `c${index} ${kind === "text" ? "varchar" : "double"}`).join(", ");

export async function countRows({ connection, columns }: StagedRows): Promise<number> {
  if (columns.length === 0) return 0;
  const [rows] = await firstRow(connection, "select count(*) from staged");
  return Number(rows);
}

/** The place of a column in `staged`. */
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
