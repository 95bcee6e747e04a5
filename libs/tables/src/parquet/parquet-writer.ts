import { open, type FileHandle } from "node:fs/promises";
import type { StagedColumn } from "../staging/row-sink.js";
import type { ColumnPages } from "./column-pages.js";
import { NAMES_KEY, wantsNames } from "./parquet-format.js";
import { bytes, encodeStruct, i32, i64, list, struct, type ThriftValue } from "./thrift.js";

export interface ParquetWriter {
  /** Writes a row group: `pagesOf` is asked for one column after the other. */
  writeGroup(rows: number, pagesOf: (column: number) => ColumnPages): Promise<void>;
  end(): Promise<void>;
  /** Closes the file as it is. */
  abandon(): Promise<void>;
}

const MAGIC = Buffer.from("PAR1");
const [DOUBLE, BYTE_ARRAY, OPTIONAL, UTF8, UNCOMPRESSED] = [5, 6, 1, 0, 0];
const [PLAIN, RLE, RLE_DICTIONARY] = [0, 3, 8];
const [DATA_PAGE, DICTIONARY_PAGE] = [0, 2];

/** Writes Parquet as pandas and DuckDB read it. The same rows give the same bytes. */
export async function openParquetWriter(path: string, columns: readonly StagedColumn[]): Promise<ParquetWriter> {
  const file = await open(path, "w");
  const groups: ThriftValue[] = [];
  let [position, total] = [0, 0];

  async function put(content: readonly Uint8Array[]): Promise<number> {
    const length = content.reduce((sum, piece) => sum + piece.length, 0);
    await writeAll(file, content, length);
    position += length;
    return length;
  }
  async function putPage(
    header: readonly (readonly [number, ThriftValue | undefined])[],
    content: readonly Uint8Array[],
  ) {
    const length = content.reduce((sum, piece) => sum + piece.length, 0);
    const [[type, kind], ...rest] = header as [readonly [number, ThriftValue], ...typeof header];
    await put([encodeStruct([[type, kind], [2, i32(length)], [3, i32(length)], ...rest]), ...content]);
  }
  async function putColumn(column: StagedColumn, rows: number, pages: ColumnPages): Promise<ThriftValue> {
    const start = position;
    const { dictionary } = pages;
    if (dictionary) {
      const about = struct([
        [1, i32(dictionary.size)],
        [2, i32(PLAIN)],
      ]);
      await putPage(
        [
          [1, i32(DICTIONARY_PAGE)],
          [7, about],
        ],
        [dictionary.content],
      );
    }
    const data = position;
    const encoding = dictionary ? RLE_DICTIONARY : PLAIN;
    for (const page of pages.pages) {
      const about = struct([
        [1, i32(page.rows)],
        [2, i32(encoding)],
        [3, i32(RLE)],
        [4, i32(RLE)],
      ]);
      await putPage(
        [
          [1, i32(DATA_PAGE)],
          [5, about],
        ],
        page.content,
      );
    }
    const length = position - start;
    return struct([
      [2, i64(start)],
      [
        3,
        struct([
          [1, i32(column.kind === "text" ? BYTE_ARRAY : DOUBLE)],
          [2, list("i32", [...new Set([PLAIN, RLE, encoding])].map(i32))],
          [3, list("bytes", [bytes(column.name)])],
          [4, i32(UNCOMPRESSED)],
          [5, i64(rows)],
          [6, i64(length)],
          [7, i64(length)],
          [9, i64(data)],
          [11, dictionary && i64(start)],
          [
            12,
            struct([
              [3, i64(pages.missing)],
              [5, pages.largest && bytes(pages.largest)],
              [6, pages.least && bytes(pages.least)],
            ]),
          ],
        ]),
      ],
    ]);
  }
  return {
    async writeGroup(rows, pagesOf) {
      if (position === 0) await put([MAGIC]);
      const start = position;
      const chunks: ThriftValue[] = [];
      for (const [index, column] of columns.entries()) chunks.push(await putColumn(column, rows, pagesOf(index)));
      groups.push(
        struct([
          [1, list("struct", chunks)],
          [2, i64(position - start)],
          [3, i64(rows)],
        ]),
      );
      total += rows;
    },
    async end() {
      if (position === 0) await put([MAGIC]);
      const footer = footerOf(columns, groups, total);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(footer.length);
      await put([footer, length, MAGIC]);
      await file.close();
    },
    abandon: () => file.close(),
  };
}

async function writeAll(file: FileHandle, content: readonly Uint8Array[], length: number): Promise<void> {
  const { bytesWritten } = await file.writev(content);
  if (bytesWritten === length) return;
  const rest = Buffer.concat(content).subarray(bytesWritten);
  await file.writeFile(rest);
}

function footerOf(columns: readonly StagedColumn[], groups: readonly ThriftValue[], rows: number): Buffer {
  const names = columns.map(({ name }) => name);
  const root = struct([
    [4, bytes("rows")],
    [5, i32(columns.length)],
  ]);
  const named = struct([
    [1, bytes(NAMES_KEY)],
    [2, bytes(JSON.stringify(names))],
  ]);
  return encodeStruct([
    [1, i32(1)],
    [2, list("struct", [root, ...columns.map(schemaElement)])],
    [3, i64(rows)],
    [4, list("struct", groups)],
    [5, wantsNames(names) ? list("struct", [named]) : undefined],
    [6, bytes("millrace")],
    [
      7,
      list(
        "struct",
        columns.map(() => struct([[1, struct([])]])),
      ),
    ],
  ]);
}

const schemaElement = ({ name, kind }: StagedColumn): ThriftValue =>
  struct([
    [1, i32(kind === "text" ? BYTE_ARRAY : DOUBLE)],
    [3, i32(OPTIONAL)],
    [4, bytes(name)],
    [6, kind === "text" ? i32(UTF8) : undefined],
    [10, kind === "text" ? struct([[1, struct([])]]) : undefined],
  ]);
