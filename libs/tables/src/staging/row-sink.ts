import type { Column, Table } from "@millrace/contracts";

export interface StagedColumn {
  readonly name: string;
  readonly kind: Column["kind"];
}

/** Where a reader puts rows, some thousand at a time. Whoever awaits `append` reads no faster than rows are put away. */
export interface RowSink {
  /** Said once, before the first rows: a source without rows still has columns, if it can tell them. */
  begin(columns: readonly StagedColumn[]): Promise<void>;
  /** Rows with exactly these columns, in this order. A batch has its own dictionaries, which need not be sorted. */
  append(rows: Table): Promise<void>;
}
