import type { Column, NumericColumn, TextColumn } from "@millrace/contracts";

/** What a column holds. A column without any value has neither minimum, maximum nor mean. */
export interface ColumnStatistics {
  readonly name: string;
  readonly kind: Column["kind"];
  readonly rows: number;
  readonly missing: number;
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
  /** How many different values, counted up to `mostDistinct`. */
  readonly distinct: number;
  readonly moreDistinct?: true;
}

/** Beyond that many different values it only matters that there are many. */
export const mostDistinct = 1000;

export interface StatisticsReader {
  see(column: Column): void;
  tell(): ColumnStatistics;
}

/** Follows one column through batches; it keeps the first `mostDistinct` values and no others. */
export function statisticsOf({ name, kind }: Pick<Column, "name" | "kind">): StatisticsReader {
  return kind === "number" ? numberStatistics(name) : textStatistics(name);
}

function numberStatistics(name: string): StatisticsReader {
  const seen = new Set<number>();
  let [rows, missing, min, max, sum, lost, more] = [0, 0, Infinity, -Infinity, 0, 0, false];
  const see = (column: Column) => {
    for (const value of (column as NumericColumn).values) {
      rows++;
      if (Number.isNaN(value)) {
        missing++;
        continue;
      }
      if (value < min) min = value;
      if (value > max) max = value;
      // Neumaier's sum: the mean of many rows does not depend on what is added first.
      const next = sum + value;
      lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
      sum = next;
      if (!more && !seen.has(value)) {
        if (seen.size < mostDistinct) seen.add(value);
        else more = true;
      }
    }
  };
  const tell = (): ColumnStatistics => ({
    ...{ name, kind: "number", rows, missing, distinct: seen.size },
    ...(rows > missing && {
      ...finite({ min, max, mean: (sum + (Number.isFinite(lost) ? lost : 0)) / (rows - missing) }),
    }),
    ...(more && { moreDistinct: true as const }),
  });
  return { see, tell };
}

/** JSON has no infinite numbers. */
const finite = (values: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));

function textStatistics(name: string): StatisticsReader {
  const seen = new Set<string>();
  let [rows, missing, more] = [0, 0, false];
  const see = (column: Column) => {
    const { codes, dictionary } = column as TextColumn;
    const used = new Uint8Array(dictionary.length);
    for (const code of codes) {
      if (code < 0) missing++;
      else used[code] = 1;
    }
    rows += codes.length;
    for (let code = 0; code < used.length && !more; code++) {
      if (!used[code] || seen.has(dictionary[code]!)) continue;
      if (seen.size < mostDistinct) seen.add(dictionary[code]!);
      else more = true;
    }
  };
  const tell = (): ColumnStatistics => ({
    ...{ name, kind: "text", rows, missing, distinct: seen.size },
    ...(more && { moreDistinct: true as const }),
  });
  return { see, tell };
}
