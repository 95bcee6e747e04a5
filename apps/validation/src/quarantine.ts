import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArtifactRef, Column, ColumnSchema, Table } from "@millrace/contracts";
import type { Profile } from "@millrace/drift";
import { openProfiler, type Profiler } from "@millrace/drift";
import type { Batch } from "./check-columns.js";
import type { RowNumber } from "./column-findings.js";
import { keepColumns, scanSide, type ScanContext, type Sides } from "./scan-dataset.js";
import { openTakenRows } from "./taken-rows.js";
import { numbersIn } from "./numbers-in.js";
import type { Side, Tally } from "./tally.js";

export type ChosenRows = Record<Side, ReadonlyMap<number, readonly Tally[]>>;

export interface Cleaned {
  readonly train: ArtifactRef;
  readonly test: ArtifactRef;
  /** Of the rows that are left. */
  readonly profile: Profile;
  /** The rows that had to go; undefined where there are none. */
  readonly apart?: Table;
}

export interface CleaningRules {
  readonly chosen: ChosenRows;
  /** Columns of numbers that came as texts, since some of their values are none. */
  readonly written: ReadonlyMap<string, ColumnSchema>;
  readonly rowNumber: RowNumber;
  /** Columns that are profiled. */
  readonly isUsed: (name: string) => boolean;
}

/** Writes both sides again without the rows that were chosen, a batch at a time, and collects those rows with their reasons. */
export async function cleanDataset(sides: Sides, rules: CleaningRules, context: ScanContext): Promise<Cleaned> {
  const cleaning = { ...rules, taken: openTakenRows(), profiler: openProfiler() };
  const train = await cleanSide(sides, "train", cleaning, context);
  const test = await cleanSide(sides, "test", cleaning, context);
  const apart = cleaning.taken.table();
  return { train, test, profile: cleaning.profiler.profile(), ...(apart !== undefined && { apart }) };
}

type Cleaning = CleaningRules & { taken: ReturnType<typeof openTakenRows>; profiler: Profiler };

async function cleanSide(sides: Sides, side: Side, cleaning: Cleaning, context: ScanContext): Promise<ArtifactRef> {
  const { openStaging } = await import("@millrace/tables");
  const staging = await openStaging();
  const path = join(tmpdir(), `millrace-${randomUUID()}.parquet`);
  try {
    let begun = false;
    for await (const batch of scanSide(sides, side, context)) {
      const clean = cleanBatch(batch, cleaning);
      if (!begun) await staging.sink.begin(clean.columns.map(({ name, kind }) => ({ name, kind })));
      begun = true;
      await staging.sink.append(clean);
    }
    if (!begun) return sides[side];
    await staging.write("all", path, "parquet");
    const { mediaType, name } = sides[side];
    return await context.artifacts.putFile(path, { mediaType, name });
  } finally {
    await staging.close();
    await rm(path, { force: true });
  }
}

function cleanBatch({ side, start, table }: Batch, { chosen, written, rowNumber, taken, profiler, isUsed }: Cleaning) {
  const kept: number[] = [];
  for (let row = 0; row < table.rows; row++) {
    const reasons = chosen[side].get(start + row);
    if (reasons === undefined) kept.push(row);
    else taken.add(table, row, { side, number: rowNumber(side, start + row), reasons });
  }
  const clean = withNumbers(takeRows(table, kept), written);
  profiler.add(keepColumns(clean, isUsed));
  return clean;
}

const takeRows = (table: Table, rows: readonly number[]): Table =>
  rows.length === table.rows
    ? table
    : { rows: rows.length, columns: table.columns.map((column) => takeFrom(column, rows)) };

const takeFrom = (column: Column, rows: readonly number[]): Column =>
  column.kind === "text"
    ? { ...column, codes: Int32Array.from(rows, (row) => column.codes[row]!) }
    : { ...column, values: Float64Array.from(rows, (row) => column.values[row]!) };

const withNumbers = ({ rows, columns }: Table, written: ReadonlyMap<string, ColumnSchema>): Table => ({
  rows,
  columns: columns.map((column) =>
    column.kind === "text" && written.has(column.name) ? numbersIn(column, written.get(column.name)!) : column,
  ),
});
