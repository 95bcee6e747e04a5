import { cell, type Table } from "@millrace/contracts";
import type { RowSink, StagedColumn } from "../staging/row-sink.js";

type Cell = number | string | undefined;

export interface CollectingSink extends RowSink {
  readonly batches: Table[];
  columns(): readonly StagedColumn[] | undefined;
  rows(): Cell[][];
  column(name: string): Cell[];
}

/** Keeps what a reader says, and refuses what no reader may do. */
export function collectingSink(): CollectingSink {
  const batches: Table[] = [];
  let columns: readonly StagedColumn[] | undefined;
  let busy = false;
  const rows = () => batches.flatMap((batch) => Array.from({ length: batch.rows }, (_, row) => rowOf(batch, row)));
  return {
    batches,
    columns: () => columns,
    rows,
    column: (name) => rows().map((row) => row[columns!.findIndex((column) => column.name === name)]),
    async begin(given) {
      if (columns) throw new Error("begin was said twice");
      columns = given;
    },
    async append(table) {
      if (busy) throw new Error("rows came before those before were put away");
      busy = true;
      await new Promise(setImmediate);
      expect(table.columns.map(({ name, kind }) => ({ name, kind }))).toEqual(columns);
      for (const column of table.columns) expect(lengthOf(column)).toBe(table.rows);
      batches.push(table);
      busy = false;
    },
  };
}

const rowOf = (batch: Table, row: number): Cell[] => batch.columns.map((column) => cell(column, row));

const lengthOf = (column: Table["columns"][number]): number =>
  column.kind === "number" ? column.values.length : column.codes.length;
