import { missingTokens, type CsvOptions } from "@millrace/contracts";
import { literal } from "../duckdb/sql.js";

export { missingTokens };

export type CsvDialect = Partial<Pick<CsvOptions, "decimal" | "missing">>;

/** A CSV file that DuckDB can read: unpacked, in UTF-8, and regular. */
export interface CsvFile {
  /** The file as it is named in messages. */
  readonly path: string;
  /** The file that is read: itself, or what was made of it. */
  readonly readable: string;
  readonly delimiter: string;
  readonly names: readonly string[];
}

// A longer line is no row of a table: 10 MB in each of the 2,048 rows that go together would not fit in memory.
export const LINE_BYTES = 1 << 20;

export const dialect = ({ delimiter }: CsvFile, { missing = [] }: CsvDialect): string =>
  [
    `delim=${literal(delimiter)}`,
    `quote='"', escape='"', comment='', header=true, skip=0, strict_mode=true, null_padding=false, hive_partitioning=false`,
    `max_line_size=${LINE_BYTES}`,
    `nullstr=[${[...new Set(["", " ", ...missingTokens, ...missing])].map(literal).join(",")}]`,
  ].join(", ");
