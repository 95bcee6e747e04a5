import type { BatchColumn, ValueKind } from "./column-builder.js";
import type { Watermark } from "./database-source.js";

/** How the database orders a watermark: numbers that are too large for a double are texts here. */
export type Order = "numbers" | "bytes";

/** Follows the largest value of a column through its batches. */
export interface LargestValue {
  see(column: BatchColumn | undefined): void;
  value(): Watermark | undefined;
  /** Whether it saw values that have no common order. */
  mixed(): boolean;
}

export function largestValue(order: Order): LargestValue {
  const kinds = new Set<ValueKind>();
  let mixed = false;
  let largest: Watermark | undefined;
  const offer = (value: Watermark) => {
    if (largest === undefined || compare(order, value, largest) > 0) largest = value;
  };
  return {
    see(column) {
      if (!column || column.kind === "empty") return;
      kinds.add(column.kind === "flag" ? "number" : column.kind);
      mixed ||= column.mixed === true;
      column.dictionary?.forEach(offer);
      if (column.values) largestNumber(column.values).forEach(offer);
    },
    value: () => largest,
    mixed: () => order === "bytes" && (mixed || kinds.size > 1),
  };
}

function largestNumber(values: Float64Array): number[] {
  let largest = -Infinity;
  for (const value of values) if (value > largest) largest = value;
  return largest === -Infinity ? [] : [largest];
}

function compare(order: Order, a: Watermark, b: Watermark): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (order === "numbers") return Number(BigInt(a) - BigInt(b));
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}
