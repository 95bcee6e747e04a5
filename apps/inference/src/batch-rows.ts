import { isUtf8 } from "node:buffer";
import { HttpProblem } from "@millrace/service";
import { MOST_RECORD_BYTES } from "./batch-records.js";

/** What stands in one record. */
export type BatchRow =
  | {
      readonly line: number;
      readonly features: unknown;
      readonly cells?: readonly string[];
      readonly problem?: undefined;
    }
  | { readonly line: number; readonly problem: HttpProblem; readonly cells?: readonly string[] };

/** Makes rows of records; undefined for one that is no row, such as the head of a CSV. A head that is wrong throws. */
export interface RowReader {
  /** The columns of a CSV, once they are known. */
  columns(): readonly string[] | undefined;
  read(record: Buffer | undefined, line: number): BatchRow | undefined;
  /** What is missing when everything was read. */
  finish(): void;
}

export const lineProblem = (message: string): HttpProblem => new HttpProblem(400, { code: "ROW_MALFORMED", message });

/** The text of a record, or what keeps it from being one. */
export function textOfRecord(record: Buffer | undefined): string | HttpProblem {
  if (record === undefined) return lineProblem(`it is longer than ${MOST_RECORD_BYTES / 1e6} MB.`);
  return isUtf8(record) ? record.toString() : lineProblem("it is not valid UTF-8.");
}
