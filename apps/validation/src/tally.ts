import type { Severity } from "@millrace/contracts";
import type { FindingCode } from "./finding-codes.js";

export type Side = "train" | "test";

export interface Place {
  readonly side: Side;
  /** From 0 on. */
  readonly row: number;
  readonly value?: string;
}

/** What was found of one kind in one column, however many rows it is about. */
export interface Tally {
  readonly column: string;
  readonly code: FindingCode;
  readonly severity: Severity;
  rows: number;
  /** Different values, some of them. */
  readonly values: Set<string>;
  readonly places: Place[];
}

const mostPlaces = 5;
const mostValues = 1000;
const longestValue = 80;

export const openTally = (column: string, code: FindingCode, severity: Severity): Tally => ({
  ...{ column, code, severity },
  ...{ rows: 0, values: new Set(), places: [] },
});

export function count(tally: Tally, side: Side, row: number, value?: string | number): void {
  tally.rows++;
  const full = tally.places.length >= mostPlaces;
  if (full && (value === undefined || tally.values.size >= mostValues)) return;
  const text = value === undefined ? undefined : shortened(String(value));
  if (text !== undefined && tally.values.size < mostValues) tally.values.add(text);
  if (!full) tally.places.push({ side, row, ...(text !== undefined && { value: text }) });
}

/** A text of ten megabytes is not to be shown whole. */
export const shortened = (text: string): string =>
  text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
