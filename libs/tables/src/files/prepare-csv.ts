import type { DuckDBConnection } from "@duckdb/node-api";
import type { CsvOptions } from "@millrace/contracts";
import type { CsvFile } from "./csv-dialect.js";
import { readCsvHeader } from "./csv-header.js";
import { regularise } from "./regularise.js";
import { unpack } from "./unpack.js";

export interface PreparedCsv extends CsvFile {
  readonly skipped: number;
}

export interface PrepareOptions {
  readonly connection: DuckDBConnection;
  readonly folder: string;
  readonly csv: Partial<CsvOptions>;
  /** Whether the file is written anew in any case. */
  readonly anew?: boolean;
}

/** A file as DuckDB can read it: unpacked, in UTF-8 and, where that is asked for, with regular lines. */
export async function prepareCsv(
  path: string,
  { connection, folder, csv, anew }: PrepareOptions,
): Promise<PreparedCsv> {
  const { ragged = "refuse", encoding } = csv;
  const unpacked = await unpack(path, { connection, folder, encoding });
  const { names, delimiter } = await readCsvHeader(path, unpacked, csv.delimiter);
  if (ragged === "refuse" && !anew) return { path, readable: unpacked, names, delimiter, skipped: 0 };
  const shape = { path, delimiter, columns: names.length, ragged };
  return { path, names, delimiter, ...(await regularise(unpacked, folder, shape)) };
}
