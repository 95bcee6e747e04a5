import type { CsvOptions, FileFormat } from "@millrace/contracts";
import type { ColumnDescription } from "../describe-columns.js";
import type { RowSink, StagedColumn } from "./row-sink.js";

/** Files that become one table: their rows below each other. */
export interface FilesRequest {
  readonly paths: readonly string[];
  readonly format?: FileFormat;
  readonly csv?: Partial<CsvOptions>;
}

/** Several tables, and the SELECT that makes one of them. */
export interface JoinedRequest {
  readonly tables: Readonly<Record<string, FilesRequest>>;
  readonly query: string;
}

export interface FilesRead {
  readonly rows: number;
  /** Lines that `ragged: skip` left out. */
  readonly skipped: number;
}

/** How rows are dealt to the sides, always by a hash or an order of the rows themselves, never by their place in the file. */
export interface SplitRule {
  readonly test: number;
  readonly seed: number;
  /** The columns that make a row's hash; all of them where it is left out. */
  readonly key?: readonly string[];
  /** Each value of this column keeps its share on both sides. */
  readonly stratify?: string;
  /** Rows with the same value of this column stay together: the hash is of that value. */
  readonly group?: string;
  /** The rows with the largest values of this column are the test rows; equal values are on one side. */
  readonly time?: string;
}

/**
 * Below which hash a row is a test row: of each class for itself (by the class's text), or of all under "". Kept from one
 * dataset of a pipeline to the next, so that a row stays on its side when data grow; a class that is new gets its own cut.
 * By time it is the last time of the training rows, which is found anew each time.
 */
export type Cuts = Readonly<Record<string, number>>;

export interface SplitOutcome {
  readonly train: number;
  readonly test: number;
  readonly cuts: Cuts;
  /** Rows that have an exact twin before them, and how many test rows would have had one among the training rows if
   *  rows were dealt without looking (expected number). */
  readonly duplicates: { readonly rows: number; readonly leaked: number };
}

/**
 * Rows on their way from a source to Parquet: a DuckDB file of a run's own, which goes to disk beyond its memory limit and is
 * gone when it is closed.
 */
export interface Staging {
  readonly sink: RowSink;
  readFiles(files: FilesRequest | JoinedRequest): Promise<FilesRead>;
  describe(): Promise<{ readonly rows: number; readonly columns: readonly StagedColumn[] }>;
  /** What each column holds, over all rows. */
  statistics(): Promise<readonly ColumnDescription[]>;
  /** Of rows with the same key only the one that is the newest by `order` (or the last one read) stays. Gives how many went. */
  keepNewest(key: readonly string[], order?: string): Promise<number>;
  /** Takes away the rows of which `column` is below `from` (numbers, or milliseconds of dates). Gives how many went. */
  dropBelow(column: string, from: number): Promise<number>;
  /** The largest value of a column, or undefined where there is none. */
  largest(column: string): Promise<number | string | undefined>;
  split(rule: SplitRule, cuts?: Cuts): Promise<SplitOutcome>;
  /** All rows, or those of one side, in the order in which they were read. The same rows give the same bytes. */
  write(rows: "all" | "train" | "test", path: string, format: "parquet" | "csv"): Promise<void>;
  /** Which row of the source (from 1 on) each row of a side is. */
  rowNumbers(side: "train" | "test"): Promise<Int32Array>;
  close(): Promise<void>;
}

export type { RowSink, StagedColumn };
