import type { Column, Table, TextColumn } from "@millrace/contracts";

/** 0, 1, … rows − 1. */
export function allRows(rows: number): Int32Array {
  const all = new Int32Array(rows);
  for (let row = 0; row < rows; row++) all[row] = row;
  return all;
}

/** The named rows as a table of their own. A dictionary keeps the texts that are left, so equal data have equal bytes. */
export const takeRows = (table: Table, rows: ArrayLike<number>): Table => ({
  rows: rows.length,
  columns: table.columns.map((column) => takeColumn(column, rows)),
});

function takeColumn(column: Column, rows: ArrayLike<number>): Column {
  if (column.kind === "text")
    return withMinimalDictionary({ ...column, codes: Int32Array.from(rows, (row) => column.codes[row]!) });
  return { ...column, values: Float64Array.from(rows, (row) => column.values[row]!) };
}

function withMinimalDictionary({ name, codes, dictionary }: TextColumn): TextColumn {
  const used = [...new Set(codes)].filter((code) => code >= 0).sort((a, b) => a - b);
  const newCode = new Int32Array(dictionary.length);
  used.forEach((code, index) => (newCode[code] = index));
  const kept = used.map((code) => dictionary[code]!);
  return { name, kind: "text", codes: codes.map((code) => (code < 0 ? code : newCode[code]!)), dictionary: kept };
}
