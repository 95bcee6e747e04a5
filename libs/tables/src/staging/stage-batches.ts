import type { DuckDBAppender } from "@duckdb/node-api";
import { ProblemError, type Table } from "@millrace/contracts";
import { appendTable } from "../duckdb/append-table.js";
import { asTable, sqlTypes, type StagedRows } from "./staged-rows.js";
import type { RowSink, StagedColumn } from "./row-sink.js";

export interface Batches {
  readonly sink: RowSink;
  /** Makes sure that what was appended is in the table. */
  settle(): void;
}

/** Batches go into `staged` chunk by chunk. */
export function stageBatches(staged: StagedRows): Batches {
  let appender: DuckDBAppender | undefined;
  const begin = async (columns: readonly StagedColumn[]) => {
    if (staged.columns.length > 0) return refuseOtherColumns(staged.columns, columns);
    refuseNoColumns(columns);
    await (await staged.connect()).run(`create table staged (${sqlTypes(columns)})`);
    staged.columns = columns.map(({ name, kind }) => ({ name, kind }));
  };
  const append = async (rows: Table) => {
    refuseOtherColumns(staged.columns, rows.columns);
    appender ??= await (await asTable(staged)).createAppender("staged");
    appendTable(appender, rows);
    staged.test = undefined;
    staged.numbers = undefined;
  };
  const settle = () => {
    appender?.closeSync();
    appender = undefined;
  };
  return { sink: { begin, append }, settle };
}

function refuseNoColumns(columns: readonly StagedColumn[]): void {
  if (columns.length > 0) return;
  throw new ProblemError({
    code: "TABLE_HAS_NO_COLUMNS",
    message: "a source without columns cannot be read.",
    remedy: "Select at least one column.",
  });
}

function refuseOtherColumns(begun: readonly StagedColumn[], columns: readonly StagedColumn[]): void {
  const said = ({ name, kind }: StagedColumn) => `${JSON.stringify(name)} (${kind})`;
  const [expected, found] = [begun.map(said).join(", "), columns.map(said).join(", ")];
  if (expected === found) return;
  throw new ProblemError({
    code: "SOURCE_SCHEMA_CHANGED",
    message: `the source's columns changed while it was read: they were ${expected || "none"} and are ${found}.`,
    remedy: "Read the source again when nobody changes it.",
  });
}
