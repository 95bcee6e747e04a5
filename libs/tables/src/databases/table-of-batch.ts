import type { Column, Table } from "@millrace/contracts";
import type { StagedColumn } from "../staging/row-sink.js";
import { textOf, type BatchColumn, type ValueKind } from "./column-builder.js";
import type { Batch } from "./row-batches.js";

/** A column of which no row has a value is one of numbers, as in a CSV file. */
export const stagedKind = (kind: ValueKind): Column["kind"] => (kind === "text" ? "text" : "number");

/** A batch as rows with exactly these columns, whatever its own cells turned out to be. */
export const tableOfBatch = ({ rows, columns }: Batch, wanted: readonly StagedColumn[]): Table => ({
  rows,
  columns: wanted.map(({ name, kind }, index) =>
    kind === "number"
      ? { name, kind, values: columns[index]?.values ?? new Float64Array(rows).fill(NaN) }
      : { name, kind, ...texts(columns[index], rows) },
  ),
});

function texts(column: BatchColumn | undefined, rows: number): { codes: Int32Array; dictionary: readonly string[] } {
  if (column?.codes) return { codes: column.codes, dictionary: column.dictionary! };
  const codes = new Int32Array(rows).fill(-1);
  const codeOf = new Map<number, number>();
  column?.values?.forEach((value, row) => {
    if (Number.isNaN(value)) return;
    const code = codeOf.get(value) ?? codeOf.size;
    codeOf.set(value, code);
    codes[row] = code;
  });
  return { codes, dictionary: Array.from(codeOf.keys(), (value) => textOf(value, column!.kind)) };
}
