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

// Plain loops: `from` with a function and `map` take many times as long, and every fold comes by here.
function takeColumn(column: Column, rows: ArrayLike<number>): Column {
  if (column.kind === "text") return takeTexts(column, rows);
  const { values } = column;
  const taken = new Float64Array(rows.length);
  for (let row = 0; row < rows.length; row++) taken[row] = values[rows[row]!]!;
  return { ...column, values: taken };
}

function takeTexts({ name, codes, dictionary }: TextColumn, rows: ArrayLike<number>): TextColumn {
  const used = new Uint8Array(dictionary.length);
  const taken = new Int32Array(rows.length);
  for (let row = 0; row < rows.length; row++) {
    const code = codes[rows[row]!]!;
    taken[row] = code;
    if (code >= 0) used[code] = 1;
  }
  const kept = dictionary.filter((_, code) => used[code] === 1);
  if (kept.length === dictionary.length) return { name, kind: "text", codes: taken, dictionary };
  const newCode = new Int32Array(dictionary.length);
  for (let code = 0, next = 0; code < used.length; code++) if (used[code] === 1) newCode[code] = next++;
  for (let row = 0; row < taken.length; row++) if (taken[row]! >= 0) taken[row] = newCode[taken[row]!]!;
  return { name, kind: "text", codes: taken, dictionary: kept };
}
