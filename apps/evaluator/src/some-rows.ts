import type { Table } from "@millrace/contracts";
import { takeRows } from "@millrace/learning";

/** At most so many of the rows, evenly spread. */
export const someRows = (table: Table, most: number): Table =>
  table.rows <= most
    ? table
    : takeRows(
        table,
        Int32Array.from({ length: most }, (_, index) => Math.floor((index * table.rows) / most)),
      );
