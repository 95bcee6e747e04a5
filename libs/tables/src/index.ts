export { openTables, type ReadOptions, type Tables } from "./open-tables.js";
export {
  describeColumns,
  type ColumnDescription,
  type NumericDescription,
  type TextDescription,
} from "./describe-columns.js";
export type { SourceFormat } from "./source-file.js";
export type * from "./staging/staging.js";
