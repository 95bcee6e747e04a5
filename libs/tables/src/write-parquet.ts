import { DOUBLE, DuckDBDataChunk, VARCHAR, type DuckDBConnection } from "@duckdb/node-api";
import duckdb, { type LogicalType, type Vector } from "@duckdb/node-bindings";
import { ProblemError, type Column, type Table } from "@millrace/contracts";
import { enumArray, plainZero } from "./materialise.js";
import { NAMES_KEY } from "./read-parquet.js";
import { identifier, literal } from "./sql.js";

// Fixed, so that a new default of DuckDB's does not change the bytes.
const FORMAT = "format parquet, compression snappy, row_group_size 122880";

const double = DOUBLE.toLogicalType().logical_type;
const varchar = VARCHAR.toLogicalType().logical_type;

/** Writes a table; the same table gives the same bytes, on any number of threads. */
export async function writeParquet(connection: DuckDBConnection, table: Table, path: string): Promise<void> {
  refuseNoColumns(table);
  const types = await createColumns(connection, table);
  await appendRows(connection, table, types);
  const selected = table.columns.map(
    ({ name, kind }, index) => `${kind === "text" ? `c${index}::varchar` : `c${index}`} as ${identifier(name)}`,
  );
  await connection.run(
    `copy (select ${selected.join(", ")} from table_rows) to ${literal(path)} (${FORMAT}${namesOption(table)})`,
  );
}

function refuseNoColumns(table: Table): void {
  if (table.columns.length > 0) return;
  throw new ProblemError({
    code: "TABLE_HAS_NO_COLUMNS",
    message: "a table without columns cannot be written.",
    remedy: "Keep at least one column.",
  });
}

function namesOption({ columns }: Table): string {
  const names = columns.map(({ name }) => name);
  const distinct = new Set(names.map((name) => name.toLowerCase())).size;
  return distinct === names.length ? "" : `, kv_metadata {${identifier(NAMES_KEY)}: ${literal(JSON.stringify(names))}}`;
}

async function createColumns(connection: DuckDBConnection, table: Table): Promise<LogicalType[]> {
  const types: LogicalType[] = [];
  for (const [index, column] of table.columns.entries()) types.push(await createType(connection, column, index));
  const columns = table.columns.map((column, index) => `c${index} ${sqlType(column, index)}`);
  await connection.run(`create or replace temp table table_rows (${columns.join(", ")})`);
  return types;
}

const sqlType = (column: Column, index: number): string => (isCoded(column) ? `texts${index}` : "double");

// A text column without any text goes in as missing numbers: an enum needs a text.
const isCoded = (column: Column): boolean => column.kind === "text" && column.dictionary.length > 0;

/** A text column goes in as codes of an enum: its strings cross over once each, not once a row. */
async function createType(connection: DuckDBConnection, column: Column, index: number): Promise<LogicalType> {
  if (column.kind === "number" || !isCoded(column)) return double;
  await connection.run("create or replace temp table texts (text varchar)");
  await appendTexts(connection, column.dictionary);
  await connection.run(`create temp type texts${index} as enum (select text from texts)`);
  const typed = await connection.run(`select null::texts${index}`);
  // Not typed.columnType(0): that one rebuilds the enum from its texts and cuts each at its first NUL.
  return typed.columnLogicalType(0).logical_type;
}

async function appendTexts(connection: DuckDBConnection, texts: readonly string[]): Promise<void> {
  const encoder = new TextEncoder();
  await appendChunks(connection, "texts", [varchar], texts.length, (vector, _column, start, count) => {
    for (let row = 0; row < count; row++) {
      duckdb.vector_assign_string_element_len(vector, row, encoder.encode(texts[start + row]));
    }
  });
}

const appendRows = (connection: DuckDBConnection, table: Table, types: readonly LogicalType[]): Promise<void> =>
  appendChunks(connection, "table_rows", types, table.rows, (vector, index, start, count) => {
    const column = table.columns[index]!;
    if (column.kind === "number") fillNumbers(vector, column.values.subarray(start, start + count));
    else fillCodes(vector, column.codes.subarray(start, start + count), column.dictionary.length);
  });

function fillNumbers(vector: Vector, values: Float64Array): void {
  copyInto(vector, values.map(plainZero));
  markMissing(vector, values, Number.isNaN);
}

function fillCodes(vector: Vector, codes: Int32Array, texts: number): void {
  const present = codes.map((code) => Math.max(code, 0));
  copyInto(vector, texts === 0 ? new Float64Array(codes.length) : new (enumArray(texts))(present));
  markMissing(vector, codes, (code) => code < 0);
}

const copyInto = (vector: Vector, { buffer, byteOffset, byteLength }: ArrayBufferView): void =>
  duckdb.copy_data_to_vector(vector, 0, buffer as ArrayBuffer, byteOffset, byteLength);

function markMissing(vector: Vector, values: Float64Array | Int32Array, isMissing: (value: number) => boolean): void {
  const bits = new Uint8Array(Math.ceil(values.length / 64) * 8).fill(0xff);
  for (let row = 0; row < values.length; row++) if (isMissing(values[row]!)) bits[row >> 3]! &= ~(1 << (row & 7));
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.byteLength);
}

type FillVector = (vector: Vector, column: number, start: number, count: number) => void;

async function appendChunks(
  connection: DuckDBConnection,
  into: string,
  types: readonly LogicalType[],
  rows: number,
  fillVector: FillVector,
): Promise<void> {
  const appender = await connection.createAppender(into);
  const size = duckdb.vector_size();
  for (let start = 0; start < rows; start += size) {
    const count = Math.min(size, rows - start);
    const chunk = new DuckDBDataChunk(duckdb.create_data_chunk(types));
    chunk.rowCount = count;
    types.forEach((_, column) => fillVector(duckdb.data_chunk_get_vector(chunk.chunk, column), column, start, count));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
