import type { DuckDBDataChunk } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import type { TextCoder } from "./text-coder.js";

/** Parquet keeps 0 and −0 as one entry of a column's dictionary, whichever comes first: so here there is only 0. */
export const plainZero = (value: number): number => value + 0;

const isMissing = (validity: Uint8Array, row: number): boolean => (validity[row >> 3]! & (1 << (row & 7))) === 0;

const validityOf = (vector: duckdb.Vector, rows: number): Uint8Array | null =>
  duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8) as Uint8Array | null;

/** Copies a column of doubles into `into`, from `offset` on; missing is NaN. */
export function readNumbers({ chunk, rowCount }: DuckDBDataChunk, index: number, into: Float64Array, offset: number) {
  const vector = duckdb.data_chunk_get_vector(chunk, index);
  const bytes = duckdb.vector_get_data(vector, rowCount * 8);
  const values = new Float64Array(bytes.buffer, bytes.byteOffset, rowCount);
  for (let row = 0; row < rowCount; row++) into[offset + row] = plainZero(values[row]!);
  const validity = validityOf(vector, rowCount);
  if (validity === null) return;
  for (let row = 0; row < rowCount; row++) if (isMissing(validity, row)) into[offset + row] = NaN;
}

/** Copies a column of texts as the coder's codes into `into`, from `offset` on; missing is −1. */
export function readTexts(
  { chunk, rowCount }: DuckDBDataChunk,
  index: number,
  coder: TextCoder,
  into: Int32Array,
  offset: number,
) {
  const vector = duckdb.data_chunk_get_vector(chunk, index);
  const bytes = duckdb.vector_get_data(vector, rowCount * 16);
  const validity = validityOf(vector, rowCount);
  const isPresent = (row: number) => validity === null || !isMissing(validity, row);
  const code = coder.forVector(bytes, isPresent);
  for (let row = 0; row < rowCount; row++) {
    into[offset + row] = isPresent(row) ? code(row) : -1;
  }
}
