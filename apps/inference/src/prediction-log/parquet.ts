import { parquetWriteBuffer } from "hyparquet-writer";
import { gzipSync } from "node:zlib";

/**
 * A column of a Parquet file. It is not written with `tables`, which keeps times and whole numbers as doubles, and because a
 * process that writes a few megabytes should not load DuckDB for it (70 MB).
 */
export interface ParquetColumn {
  readonly name: string;
  readonly kind: "text" | "double" | "int" | "time";
  /** Undefined is null; a time is milliseconds since 1970. */
  readonly values: readonly (string | number | undefined)[];
}

type Written = Parameters<typeof parquetWriteBuffer>[0];
type Element = NonNullable<Written["schema"]>[number];

// Times are UTC, as a plain timestamp: the one kind that every reader shows without a time zone's database.
const types: Readonly<Record<ParquetColumn["kind"], Omit<Element, "name">>> = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  double: { type: "DOUBLE" },
  int: { type: "INT32" },
  time: { type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MILLIS" } },
};

const gzip = (bytes: Uint8Array): Uint8Array => gzipSync(bytes, { level: 1 });

/** The bytes of a file with one row group. The same columns give the same bytes. */
export function parquetBytes(columns: readonly ParquetColumn[], rows: number): Buffer {
  const elements = columns.map(({ name, kind }): Element => ({ ...types[kind], name, repetition_type: "OPTIONAL" }));
  const written = parquetWriteBuffer({
    schema: [{ name: "root", num_children: columns.length }, ...elements],
    columnData: columns.map((column) => ({ name: column.name, data: cellsOf(column) })),
    ...{ codec: "GZIP", compressors: { GZIP: gzip }, rowGroupSize: Math.max(1, rows), createdBy: "millrace" },
  });
  return Buffer.from(written);
}

const cellsOf = ({ kind, values }: ParquetColumn): (string | number | bigint | undefined)[] =>
  kind === "time"
    ? values.map((value) => (value === undefined ? undefined : BigInt(Math.trunc(value as number))))
    : [...values];
