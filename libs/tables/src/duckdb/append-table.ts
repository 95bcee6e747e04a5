import { DOUBLE, DuckDBDataChunk, VARCHAR, type DuckDBAppender } from "@duckdb/node-api";
import duckdb, { type Vector } from "@duckdb/node-bindings";
import type { Column, Table, TextColumn } from "@millrace/contracts";
import { plainZero } from "./vectors.js";

const double = DOUBLE.toLogicalType().logical_type;
const varchar = VARCHAR.toLogicalType().logical_type;

const INLINE_BYTES = 12;
const TEXT_BYTES = 16;

/** Puts a table's rows behind those that are there; its columns must be the appender's, in order. */
export function appendTable(appender: DuckDBAppender, table: Table): void {
  const types = table.columns.map(({ kind }) => (kind === "text" ? varchar : double));
  const fillers = table.columns.map(fillerOf);
  const size = duckdb.vector_size();
  for (let start = 0; start < table.rows; start += size) {
    const chunk = new DuckDBDataChunk(duckdb.create_data_chunk(types));
    chunk.rowCount = Math.min(size, table.rows - start);
    fillers.forEach((fill, index) => fill(duckdb.data_chunk_get_vector(chunk.chunk, index), start, chunk.rowCount));
    appender.appendDataChunk(chunk);
  }
}

type Fill = (vector: Vector, start: number, count: number) => void;

function fillerOf(column: Column): Fill {
  if (column.kind === "text") return textFiller(column);
  return (vector, start, count) => {
    const values = column.values.subarray(start, start + count);
    copyInto(vector, values.map(plainZero));
    markMissing(vector, values, Number.isNaN);
  };
}

/** Short texts go in as DuckDB keeps them, all of a vector at once; long ones one by one. */
function textFiller({ codes, dictionary }: TextColumn): Fill {
  const encoded = dictionary.map((text) => Buffer.from(text, "utf8"));
  const kept = keptTexts(encoded);
  return (vector, start, count) => {
    const rows = codes.subarray(start, start + count);
    const cells = new Uint32Array(count * (TEXT_BYTES / 4));
    rows.forEach((code, row) => code >= 0 && cells.set(kept.subarray(code * 4, code * 4 + 4), row * 4));
    copyInto(vector, cells);
    rows.forEach((code, row) => {
      if (code < 0 || encoded[code]!.length <= INLINE_BYTES) return;
      duckdb.vector_assign_string_element_len(vector, row, encoded[code]!);
    });
    markMissing(vector, rows, (code) => code < 0);
  };
}

/** The 16 bytes of each short text: its length and itself. */
function keptTexts(encoded: readonly Buffer[]): Uint32Array {
  const kept = new Uint32Array(encoded.length * (TEXT_BYTES / 4));
  const bytes = Buffer.from(kept.buffer);
  encoded.forEach((text, code) => {
    if (text.length > INLINE_BYTES) return;
    kept[code * 4] = text.length;
    text.copy(bytes, code * TEXT_BYTES + 4);
  });
  return kept;
}

const copyInto = (vector: Vector, { buffer, byteOffset, byteLength }: ArrayBufferView): void =>
  duckdb.copy_data_to_vector(vector, 0, buffer as ArrayBuffer, byteOffset, byteLength);

function markMissing(vector: Vector, values: Float64Array | Int32Array, isMissing: (value: number) => boolean): void {
  const bits = new Uint8Array(Math.ceil(values.length / 64) * 8).fill(0xff);
  for (let row = 0; row < values.length; row++) if (isMissing(values[row]!)) bits[row >> 3]! &= ~(1 << (row & 7));
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.byteLength);
}
