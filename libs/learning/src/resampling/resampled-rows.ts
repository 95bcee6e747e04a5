import { allRows } from "../data/take-rows.js";
import { takeMatrixRows, type Matrix, type Numbers } from "../data/matrix.js";
import { refuse } from "./requirements.js";
import type { ResampleData, Resampled } from "./resampler.js";

/** Rows that are to be added, all of one class. */
export interface RowsToMake {
  readonly code: number;
  readonly count: number;
  /** Writes them, row by row, and how much each counts where the given rows have weights. */
  write(values: Numbers, weights: Float64Array | undefined): void;
}

/** What the result of a resampling may take. */
const MOST_BYTES = 4 * 2 ** 30;

/** All rows as they are. */
export const unchanged = ({ x, y, weights }: ResampleData): Resampled => ({
  x,
  y,
  ...(weights && { weights }),
  kept: allRows(x.rows),
  made: 0,
});

/** Refuses to make more rows than there is room for, before the first is made. */
export function requireRoom({ x }: ResampleData, made: number): void {
  const bytes = (x.rows + made) * x.columns * x.values.BYTES_PER_ELEMENT;
  if (bytes <= MOST_BYTES) return;
  refuse(
    "TASK_TOO_LARGE",
    `${x.rows} rows and ${made} that would be made take ${(bytes / 2 ** 30).toFixed(1)} GB of memory, and 4 GB is the limit.`,
    "Set ratio lower, take a sample of the rows, or use class-weight or under.",
  );
}

/** All rows, and behind them those that are made now. */
export function withMade({ x, y, weights }: ResampleData, groups: readonly RowsToMake[]): Resampled {
  const made = groups.reduce((sum, { count }) => sum + count, 0);
  const rows = x.rows + made;
  const all = {
    values: x.values instanceof Float32Array ? new Float32Array(rows * x.columns) : new Float64Array(rows * x.columns),
    y: new Int32Array(rows),
    weights: weights && new Float64Array(rows),
  };
  all.values.set(x.values);
  all.y.set(y);
  all.weights?.set(weights!);
  let first = x.rows;
  for (const { code, count, write } of groups) {
    const end = first + count;
    write(all.values.subarray(first * x.columns, end * x.columns), all.weights?.subarray(first, end));
    all.y.fill(code, first, end);
    first = end;
  }
  const result = { x: { rows, columns: x.columns, values: all.values }, y: all.y, kept: allRows(x.rows), made };
  return all.weights ? { ...result, weights: all.weights } : result;
}

/** The rows that are not to be removed, of what may have been made before. */
export function withoutRows(all: Resampled, removed: Uint8Array): Resampled {
  const rows = allRows(all.x.rows).filter((row) => removed[row] === 0);
  if (rows.length === all.x.rows) return all;
  const kept = rows.filter((row) => row < all.kept.length);
  const x: Matrix = takeMatrixRows(all.x, rows);
  return {
    x,
    y: Int32Array.from(rows, (row) => all.y[row]!),
    ...(all.weights && { weights: Float64Array.from(rows, (row) => all.weights![row]!) }),
    kept: kept.map((row) => all.kept[row]!),
    made: rows.length - kept.length,
  };
}

/** Refuses to leave a class that was there without a row: nothing could be learned about it. */
export function requireEveryClass(resampler: string, before: ResampleData, removed: Uint8Array): void {
  const left = new Set(before.y.filter((_, row) => removed[row] === 0));
  const lost = before.y.find((code) => !left.has(code));
  if (lost === undefined) return;
  refuse(
    "RESAMPLE_CLASS_EMPTIED",
    `${resampler} would remove every row of class ${lost}.`,
    "Ask for fewer neighbours, remove from the majority only, or use another resampler.",
  );
}
