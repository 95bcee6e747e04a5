import type { StagedColumn } from "../staging/row-sink.js";

/** Where files are unpacked to, and which columns are wanted. */
export interface LoadOptions {
  readonly folder: string;
  readonly wanted?: readonly string[];
}

export interface Loaded {
  readonly columns: readonly StagedColumn[];
  readonly skipped: number;
}
