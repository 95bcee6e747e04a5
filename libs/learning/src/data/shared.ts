import type { Column, Table } from "@millrace/contracts";
import type { Matrix } from "./matrix.js";

type Values = Float32Array | Float64Array | Int32Array;

/** The same numbers in memory that threads share: to hand them to one copies nothing. What is shared already stays. */
export function sharedValues<Of extends Values>(values: Of): Of {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const kind = values.constructor as new (buffer: SharedArrayBuffer) => Of;
  const copy = new kind(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

export const sharedMatrix = (matrix: Matrix): Matrix => ({ ...matrix, values: sharedValues(matrix.values) });

export const sharedTable = ({ rows, columns }: Table): Table => ({ rows, columns: columns.map(sharedColumn) });

const sharedColumn = (column: Column): Column =>
  column.kind === "text"
    ? { ...column, codes: sharedValues(column.codes) }
    : { ...column, values: sharedValues(column.values) };
