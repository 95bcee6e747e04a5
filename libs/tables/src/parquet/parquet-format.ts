import { identifier, literal } from "../duckdb/sql.js";

/** Where names are kept that DuckDB would change because they differ in nothing but case. */
export const NAMES_KEY = "millrace.columns";

export const GROUP_ROWS = 122_880;

/** Fixed, so that a new default of DuckDB's does not change the bytes. */
export const PARQUET_FORMAT = `format parquet, compression snappy, row_group_size ${GROUP_ROWS}`;

/** Whether names differ in nothing but case. */
export const wantsNames = (names: readonly string[]): boolean =>
  new Set(names.map((name) => name.toLowerCase())).size < names.length;

export const namesOption = (names: readonly string[]): string =>
  wantsNames(names) ? `, kv_metadata {${identifier(NAMES_KEY)}: ${literal(JSON.stringify(names))}}` : "";
