import type { SourceSpec } from "@millrace/contracts";
import type { StagedColumn } from "../staging/row-sink.js";

export type MongodbSource = Extract<SourceSpec, { kind: "mongodb" }>;
export type SqlSource = Extract<SourceSpec, { kind: "sql" }>;

/** A source in a database, with its url as it is after `fromEnvironment`. */
export type DatabaseSource = MongodbSource | SqlSource;

export type Watermark = number | string;

/** Only rows whose column is larger. */
export interface Since {
  readonly column: string;
  readonly after: Watermark;
}

/** Only rows whose column is not larger. */
export interface Until {
  readonly column: string;
  readonly upTo: Watermark;
}

export interface Patience {
  /** How long a connection may take to come about. */
  readonly connectMs: number;
  /** How long a server may say nothing while it is waited for. */
  readonly silenceMs: number;
  /** How long one query may take altogether. */
  readonly queryMs: number;
}

export interface ReadDatabaseOptions {
  readonly since?: Since;
  readonly until?: Until;
  /** Of which column the largest value is told. The one of `since` where it is left out; of MongoDB `_id`. */
  readonly watermark?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (rows: number) => void;
  readonly batchRows?: number;
  /** Where rows lie until their types are known; the system's folder for such files where it is left out. */
  readonly folder?: string;
  readonly patience?: Partial<Patience>;
}

export interface DatabaseRead {
  readonly rows: number;
  readonly columns: readonly StagedColumn[];
  /** The largest value of the watermark column among the rows that were read; undefined where there is none. */
  readonly watermark?: Watermark;
}

const usual: Patience = { connectMs: 10_000, silenceMs: 600_000, queryMs: 3_600_000 };

export const patienceOf = (given: Partial<Patience> | undefined): Patience => ({ ...usual, ...given });
