import { createReadStream, createWriteStream } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { ProblemError } from "@millrace/contracts";
import { identifier, literal } from "../duckdb/sql.js";
import { streamChunks } from "../duckdb/stream-chunks.js";
import { readNumbers } from "../duckdb/vectors.js";
import { isChosen, isChosenSql, setChosen } from "./chosen-rows.js";
import type { StagedColumn } from "./row-sink.js";
import { asTable, countRows, type StagedRows } from "./staged-rows.js";
import { writeGroups } from "./write-groups.js";

export type Side = "train" | "test";

export async function writeRows(
  staged: StagedRows,
  rows: "all" | Side,
  path: string,
  format: "parquet" | "csv",
): Promise<void> {
  const sides = rows === "all" ? undefined : sidesOf(staged);
  if (format === "parquet")
    return writeGroups(staged, sides && ((row) => isChosen(sides, row) === (rows === "test")), path);
  const connection = await asTable(staged);
  if (sides) await setChosen(connection, sides);
  return writeCsv(staged, rows === "all" ? "true" : isChosenSql(rows === "test"), path);
}

/** The header is written apart: DuckDB would change names that differ in nothing but case. */
async function writeCsv({ connect, columns }: StagedRows, filter: string, path: string): Promise<void> {
  const rows = `${path}.rows`;
  const connection = await connect();
  await connection.run(
    `copy (select ${selected(columns)} from staged where ${filter}) to ${literal(rows)} (format csv, header false)`,
  );
  const quoted = (name: string) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
  await writeFile(path, `${columns.map(({ name }) => quoted(name)).join(",")}\n`);
  await pipeline(createReadStream(rows), createWriteStream(path, { flags: "a" }));
  await rm(rows);
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

async function keptNumbers({ connect }: StagedRows, rows: number): Promise<Float64Array> {
  const numbers = new Float64Array(rows);
  let offset = 0;
  for await (const chunk of streamChunks(await connect(), "select r::double from staged")) {
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
