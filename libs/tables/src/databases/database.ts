import type { ValueKind } from "./column-builder.js";
import type { Patience, Since, Until, Watermark } from "./database-source.js";
import type { Order } from "./largest-value.js";
import type { RowBatches } from "./row-batches.js";

export interface Question {
  readonly since?: Since;
  readonly until?: Until;
  readonly watermark?: string;
}

export interface QueryColumn {
  readonly name: string;
  /** Undefined where only the rows tell. */
  readonly kind: ValueKind | undefined;
}

export interface QueryWatermark {
  readonly column: string;
  readonly order: Order;
  /** It is read, and is no column of the rows. */
  readonly hidden?: boolean;
  /** Nobody named it: where its values have no order, there is no watermark. */
  readonly optional?: boolean;
}

/** A query that the database has accepted, and whose rows have not been read. */
export interface OpenQuery {
  /** Those known before the first row; where documents differ there are none. */
  readonly columns: readonly QueryColumn[];
  /** The column of which the largest value is told. */
  readonly watermark?: QueryWatermark;
  read(batches: RowBatches): Promise<void>;
  /** Called where there were no rows: to tell a name that is wrong from a table that is empty. */
  checkExists?(): Promise<void>;
}

/** A connection to one source. What it throws is a ProblemError or a Retry, but what `batches` threw stays what it was. */
export interface Database {
  open(question: Question): Promise<OpenQuery>;
  count(since: Since | undefined): Promise<number>;
  largest(column: string): Promise<Watermark | undefined>;
  close(): Promise<void>;
}

/** What opening one takes: how long to wait, whose signal ends it, and where temporary files go. */
export interface OpenOptions extends Patience {
  readonly signal?: AbortSignal;
  readonly folder?: string;
}
