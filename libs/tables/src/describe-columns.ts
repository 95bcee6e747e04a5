import type { Column, NumericColumn, Table, TextColumn } from "@millrace/contracts";

export type ColumnDescription = NumericDescription | TextDescription;

/** A column without any value has neither minimum, maximum nor mean. */
export interface NumericDescription {
  readonly name: string;
  readonly kind: "number";
  readonly missing: number;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly mean: number | undefined;
}

export interface TextDescription {
  readonly name: string;
  readonly kind: "text";
  readonly missing: number;
  readonly distinct: number;
}

/** What a table holds, a line a column. */
export const describeColumns = (table: Table): ColumnDescription[] => table.columns.map(describeColumn);

const describeColumn = (column: Column): ColumnDescription =>
  column.kind === "number" ? describeNumbers(column) : describeTexts(column);

function describeNumbers({ name, values }: NumericColumn): NumericDescription {
  const present = values.filter((value) => !Number.isNaN(value));
  const missing = values.length - present.length;
  if (present.length === 0) return { name, kind: "number", missing, min: undefined, max: undefined, mean: undefined };
  const { min, max, sum } = present.reduce(
    (so, value) => ({ min: Math.min(so.min, value), max: Math.max(so.max, value), sum: so.sum + value }),
    { min: Infinity, max: -Infinity, sum: 0 },
  );
  return { name, kind: "number", missing, min, max, mean: sum / present.length };
}

function describeTexts({ name, codes }: TextColumn): TextDescription {
  const present = codes.filter((code) => code >= 0);
  return { name, kind: "text", missing: codes.length - present.length, distinct: new Set(present).size };
}
