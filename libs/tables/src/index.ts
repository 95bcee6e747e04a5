export { openTables, type ReadOptions, type Tables } from "./open-tables.js";
export { openStaging, type StagingOptions } from "./staging/open-staging.js";
export { scanParquet, type ScanOptions } from "./parquet/scan-parquet.js";
export {
  describeColumns,
  type ColumnDescription,
  type NumericDescription,
  type TextDescription,
} from "./describe-columns.js";
export type * from "./staging/staging.js";
export { countRows, largestOf, readDatabase } from "./databases/read-database.js";
export type { DatabaseSource } from "./databases/database-source.js";
export { watchChanges, type Changes, type Watching } from "./databases/watch-changes.js";
