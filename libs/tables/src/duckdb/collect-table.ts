import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import type { Column, Table } from "@millrace/contracts";
import { streamChunks } from "./stream-chunks.js";
import { textCoder } from "./text-coder.js";
import { readNumbers, readTexts } from "./vectors.js";

interface NamedColumn {
  readonly name: string;
  readonly kind: Column["kind"];
}

/** All rows of a query whose columns are doubles or texts. */
export async function collectTable(
  connection: DuckDBConnection,
  sql: string,
  columns: readonly NamedColumn[],
): Promise<Table> {
  const chunks: DuckDBDataChunk[] = [];
  for await (const chunk of streamChunks(connection, sql)) chunks.push(chunk);
  return tableOf(chunks, columns);
}

/** Chunks below each other as a table of their own, with sorted dictionaries. */
export function tableOf(chunks: readonly DuckDBDataChunk[], columns: readonly NamedColumn[]): Table {
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
  return {
    rows,
    columns: columns.map(({ name, kind }, index) =>
      kind === "number"
        ? { name, kind, values: numbersOf(chunks, index, rows) }
        : { name, kind, ...textsOf(chunks, index, rows) },
    ),
  };
}

function numbersOf(chunks: readonly DuckDBDataChunk[], index: number, rows: number): Float64Array {
  const values = new Float64Array(rows);
  let offset = 0;
  for (const chunk of chunks) {
    readNumbers(chunk, index, values, offset);
    offset += chunk.rowCount;
  }
  return values;
}

function textsOf(chunks: readonly DuckDBDataChunk[], index: number, rows: number) {
  const codes = new Int32Array(rows);
  const coder = textCoder();
  let offset = 0;
  for (const chunk of chunks) {
    readTexts(chunk, index, coder, codes, offset);
    offset += chunk.rowCount;
  }
  return sortedByText(codes, coder.dictionary);
}

/** Codes into the sorted dictionary in place of codes in the order in which the texts came. */
function sortedByText(codes: Int32Array, texts: readonly string[]) {
  const dictionary = [...texts].sort();
  const sorted = new Map(dictionary.map((text, code) => [text, code]));
  const codeOf = Int32Array.from(texts, (text) => sorted.get(text)!);
  return { codes: codes.map((code) => (code < 0 ? -1 : codeOf[code]!)), dictionary };
}
