import type { PredictionRow } from "./row-reader.js";

export type Order = "asc" | "desc";
export type Place = Pick<PredictionRow, "at" | "id">;

/** By time, and by id where the times are equal: so that a page ends at one place only. */
export const compare = (one: Place, other: Place): number =>
  one.at - other.at || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);

export interface FirstRows {
  add(row: PredictionRow): void;
  /** Whether a row of this time could still be among the first. */
  wants(at: number): boolean;
  rows(): PredictionRow[];
}

/** The first so many of many rows, each id once; it holds few more than these. */
export function firstRows(count: number, order: Order): FirstRows {
  const sign = order === "asc" ? 1 : -1;
  const ids = new Set<string>();
  let rows: PredictionRow[] = [];
  let last = Infinity;

  function cut(): void {
    rows.sort((one, other) => sign * compare(one, other));
    for (const { id } of rows.slice(count)) ids.delete(id);
    rows = rows.slice(0, count);
    if (rows.length === count) last = sign * rows.at(-1)!.at;
  }

  const wants = (at: number) => sign * at <= last;
  return {
    wants,
    add(row) {
      if (!wants(row.at) || ids.has(row.id)) return;
      ids.add(row.id);
      rows.push(row);
      if (rows.length >= 2 * count + 64) cut();
    },
    rows() {
      cut();
      return rows;
    },
  };
}
