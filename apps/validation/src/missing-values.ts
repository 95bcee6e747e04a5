import type { Column } from "@millrace/contracts";

export function missingIn(column: Column): number {
  let missing = 0;
  if (column.kind === "text") for (const code of column.codes) missing += code < 0 ? 1 : 0;
  else for (const value of column.values) missing += Number.isNaN(value) ? 1 : 0;
  return missing;
}
