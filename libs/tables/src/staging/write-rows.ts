import { createReadStream, createWriteStream } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { ProblemError } from "@millrace/contracts";
import { identifier, literal } from "../duckdb/sql.js";
import { GROUP_ROWS, namesOption, PARQUET_FORMAT } from "../parquet/parquet-format.js";
import { isChosen, isChosenSql, setChosen } from "./chosen-rows.js";
import type { StagedColumn } from "./row-sink.js";
import { countRows, type StagedRows } from "./staged-rows.js";
import { streamChunks } from "../duckdb/stream-chunks.js";
import { readNumbers } from "../duckdb/vectors.js";

export type Side = "train" | "test";

export async function writeRows(
  staged: StagedRows,
  rows: "all" | Side,
  path: string,
  format: "parquet" | "csv",
): Promise<void> {
  const chosen = rows === "all" ? undefined : sidesOf(staged);
  if (chosen) await setChosen(staged.connection, chosen);
  const filter = rows === "all" ? "true" : isChosenSql(rows === "test");
  if (format === "csv") return writeCsv(staged, filter, path);
  const names = staged.columns.map(({ name }) => name);
  const groups = await rowGroups(staged, filter, rows);
  await staged.connection.run(
    `copy (${groups.join(" union all ")}) to ${literal(path)} (${PARQUET_FORMAT}${namesOption(names)})`,
  );
}

/** The header is written apart: DuckDB would change names that differ in nothing but case. */
async function writeCsv({ connection, columns }: StagedRows, filter: string, path: string): Promise<void> {
  const rows = `${path}.rows`;
  await connection.run(
    `copy (select ${selected(columns)} from staged where ${filter}) to ${literal(rows)} (format csv, header false)`,
  );
  const quoted = (name: string) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
  await writeFile(path, `${columns.map(({ name }) => quoted(name)).join(",")}\n`);
  await pipeline(createReadStream(rows), createWriteStream(path, { flags: "a" }));
  await rm(rows);
}

/**
 * One SELECT a row group: left to itself DuckDB ends a group where a vector ends, and how long vectors are depends on which
 * thread read which rows. So the same rows give the same bytes.
 */
async function rowGroups(staged: StagedRows, filter: string, rows: "all" | Side): Promise<string[]> {
  const starts = groupStarts(await countRows(staged), rows === "all" ? undefined : staged.test, rows === "test");
  return starts.map((start, group) => {
    const end = starts[group + 1] === undefined ? "" : ` and rowid < ${starts[group + 1]}`;
    return `select ${selected(staged.columns)} from staged where rowid >= ${start}${end} and ${filter}`;
  });
}

/** The row with which each row group begins. */
function groupStarts(rows: number, test: Uint8Array | undefined, isTest: boolean): number[] {
  const starts = [0];
  let inGroup = 0;
  for (let row = 0; row < rows; row++) {
    if (test && isChosen(test, row) !== isTest) continue;
    if (inGroup++ < GROUP_ROWS) continue;
    starts.push(row);
    inGroup = 1;
  }
  return starts;
}

const selected = (columns: readonly StagedColumn[]): string =>
  columns
    .map(({ name, kind }, index) => `${kind === "text" ? `c${index}` : `c${index} + 0`} as ${identifier(name)}`)
    .join(", ");

/** Which row of the source each row of a side is. */
export async function rowNumbers(staged: StagedRows, side: Side): Promise<Int32Array> {
  const [rows, test] = [await countRows(staged), sidesOf(staged)];
  const numbers = staged.thinned
    ? await keptNumbers(staged, rows)
    : Float64Array.from({ length: rows }, (_, row) => row + 1);
  return Int32Array.from(numbers.filter((_, row) => isChosen(test, row) === (side === "test")));
}

async function keptNumbers(staged: StagedRows, rows: number): Promise<Float64Array> {
  const numbers = new Float64Array(rows);
  let offset = 0;
  for await (const chunk of streamChunks(staged.connection, "select r::double from staged")) {
    readNumbers(chunk, 0, numbers, offset);
    offset += chunk.rowCount;
  }
  return numbers;
}

function sidesOf({ test }: StagedRows): Uint8Array {
  if (test) return test;
  throw new ProblemError({
    code: "STAGING_NOT_SPLIT",
    message: "the rows have no sides: they were not split, or rows have gone since.",
    remedy: "Split the rows before the sides are written.",
  });
}
