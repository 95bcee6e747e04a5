/** Rows in memory, column by column: what `tables` reads and `learning` learns from. */
export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
}

export type Column = NumericColumn | TextColumn;

/** NaN is a missing value. Booleans are 0 and 1, dates are milliseconds since 1970. */
export interface NumericColumn {
  readonly name: string;
  readonly kind: "number";
  readonly values: Float64Array;
}

/** Each code points into `dictionary`; −1 is a missing value. The dictionary is sorted, so equal data have equal codes. */
export interface TextColumn {
  readonly name: string;
  readonly kind: "text";
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
}

export const columnNamed = (table: Table, name: string): Column | undefined =>
  table.columns.find((column) => column.name === name);

/** A cell as a person would write it; undefined where it is missing. */
export function cell(column: Column, row: number): number | string | undefined {
  if (column.kind === "text") return column.dictionary[column.codes[row]!];
  const value = column.values[row]!;
  return Number.isNaN(value) ? undefined : value;
}
