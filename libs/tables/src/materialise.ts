import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import type { Column, Table } from "@millrace/contracts";

/** One column of a query: `sql` is a number (double) or a text (varchar). */
export interface SourceColumn {
  readonly name: string;
  readonly kind: Column["kind"];
  readonly sql: string;
}

/**
 * Runs a query and copies its typed vectors into columns. DuckDB turns texts into codes (an enum for each text column):
 * reading the strings one by one takes four times as long.
 */
export async function materialise(
  connection: DuckDBConnection,
  source: string,
  columns: readonly SourceColumn[],
): Promise<Table> {
  const selected = columns.map(({ sql }, index) => `${sql} as c${index}`).join(", ");
  if (columns.every(({ kind }) => kind === "number"))
    return collect(connection, `select ${selected} from ${source}`, columns, []);
  await connection.run(`create or replace temp table source_rows as select ${selected} from ${source}`);
  const dictionaries = await dictionariesOf(connection, columns);
  const coded = columns.map((_, index) => (dictionaries[index]?.length ? `c${index}::texts${index}` : `c${index}`));
  return collect(connection, `select ${coded.join(", ")} from source_rows`, columns, dictionaries);
}

type Dictionaries = readonly (readonly string[] | undefined)[];

async function dictionariesOf(connection: DuckDBConnection, columns: readonly SourceColumn[]): Promise<Dictionaries> {
  const dictionaries: (string[] | undefined)[] = [];
  for (const [index, { kind }] of columns.entries()) {
    dictionaries.push(kind === "text" ? await dictionaryOf(connection, index) : undefined);
  }
  return dictionaries;
}

async function dictionaryOf(connection: DuckDBConnection, index: number): Promise<string[]> {
  const present = await connection.runAndReadAll(`select count(c${index}) from source_rows`);
  if (present.getRows()[0]?.[0] === 0n) return [];
  const type = `texts${index}`;
  await connection.run(`drop type if exists ${type}`);
  await connection.run(
    `create temp type ${type} as enum (select distinct c${index} from source_rows where c${index} is not null)`,
  );
  const texts = await connection.runAndReadAll(`select unnest(enum_range(null::${type}))::varchar`);
  return texts.getColumns()[0] as string[];
}

async function collect(
  connection: DuckDBConnection,
  sql: string,
  columns: readonly SourceColumn[],
  dictionaries: Dictionaries,
): Promise<Table> {
  const result = await connection.run(sql);
  const chunks = await result.fetchAllChunks();
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
  return {
    rows,
    columns: columns.map(({ name, kind }, index) =>
      kind === "number"
        ? { name, kind, values: numbersOf(chunks, index, rows) }
        : { name, kind, ...textsOf(chunks, index, rows, dictionaries[index] ?? []) },
    ),
  };
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly validity: Uint8Array | null;
  readonly count: number;
  readonly offset: number;
}

function forEachPiece(chunks: readonly DuckDBDataChunk[], index: number, width: number, visit: (piece: Piece) => void) {
  let offset = 0;
  for (const { chunk, rowCount: count } of chunks) {
    const vector = duckdb.data_chunk_get_vector(chunk, index);
    const validity = duckdb.vector_get_validity(vector, Math.ceil(count / 64) * 8) as Uint8Array | null;
    visit({ bytes: duckdb.vector_get_data(vector, count * width), validity, count, offset });
    offset += count;
  }
}

/** Parquet keeps 0 and −0 as one entry of a column's dictionary, whichever comes first: so here there is only 0. */
export const plainZero = (value: number): number => value + 0;

const missing = (validity: Uint8Array, row: number): boolean => (validity[row >> 3]! & (1 << (row & 7))) === 0;

function numbersOf(chunks: readonly DuckDBDataChunk[], index: number, rows: number): Float64Array {
  const values = new Float64Array(rows);
  forEachPiece(chunks, index, 8, ({ bytes, validity, count, offset }) => {
    values.set(new Float64Array(bytes.buffer, bytes.byteOffset, count).map(plainZero), offset);
    if (validity) for (let row = 0; row < count; row++) if (missing(validity, row)) values[offset + row] = NaN;
  });
  return values;
}

/** Codes as DuckDB numbered the texts become codes into the sorted dictionary. */
function textsOf(chunks: readonly DuckDBDataChunk[], index: number, rows: number, texts: readonly string[]) {
  const dictionary = [...texts].sort();
  const codes = new Int32Array(rows).fill(-1);
  if (texts.length === 0) return { codes, dictionary };
  const sorted = new Map(dictionary.map((text, code) => [text, code]));
  const codeOf = Int32Array.from(texts, (text) => sorted.get(text)!);
  const Codes = enumArray(texts.length);
  forEachPiece(chunks, index, Codes.BYTES_PER_ELEMENT, ({ bytes, validity, count, offset }) => {
    const raw = new Codes(bytes.buffer as ArrayBuffer, bytes.byteOffset, count);
    for (let row = 0; row < count; row++) {
      if (!validity || !missing(validity, row)) codes[offset + row] = codeOf[raw[row]!]!;
    }
  });
  return { codes, dictionary };
}

/** The width in which DuckDB keeps an enum of so many texts. */
export const enumArray = (texts: number) => (texts <= 0xff ? Uint8Array : texts <= 0xffff ? Uint16Array : Uint32Array);
