import { cell, columnNamed, type Column } from "@millrace/contracts";
import { scanParquet, type StagedColumn } from "@millrace/tables";
import { statisticsOf, type ColumnStatistics } from "./column-statistics.js";

export type Side = "train" | "test";
export const sides: readonly Side[] = ["train", "test"];

/** What was found in one pass over both sides: each column's statistics, and how many rows of each class a side has. */
export interface ScannedSides {
  readonly statistics: readonly ColumnStatistics[];
  readonly classes: ReadonlyMap<string, Record<Side, number>>;
}

export async function scanSides(
  paths: Readonly<Record<Side, string>>,
  columns: readonly StagedColumn[],
  target: string,
): Promise<ScannedSides> {
  const readers = columns.map(statisticsOf);
  const classes = new Map<string, Record<Side, number>>();
  for (const side of sides) {
    for await (const batch of scanParquet(paths[side])) {
      batch.columns.forEach((column, index) => readers[index]!.see(column));
      countClasses(columnNamed(batch, target)!, batch.rows, side, classes);
    }
  }
  return { statistics: readers.map((reader) => reader.tell()), classes };
}

/** A row without a class is not counted. */
function countClasses(column: Column, rows: number, side: Side, classes: Map<string, Record<Side, number>>): void {
  for (const [name, count] of countsOf(column, rows)) {
    const known = classes.get(name) ?? { train: 0, test: 0 };
    known[side] += count;
    classes.set(name, known);
  }
}

function countsOf(column: Column, rows: number): Map<string, number> {
  const counts = new Map<string, number>();
  if (column.kind === "text") {
    const byCode = new Uint32Array(column.dictionary.length);
    for (const code of column.codes) if (code >= 0) byCode[code]! += 1;
    byCode.forEach((count, code) => count > 0 && counts.set(column.dictionary[code]!, count));
    return counts;
  }
  for (let row = 0; row < rows; row++) {
    const value = cell(column, row);
    if (value !== undefined) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  }
  return counts;
}
