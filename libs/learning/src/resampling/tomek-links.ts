import type { FitContext } from "../models/family.js";
import { indexRows } from "../neighbours/nearest-neighbours.js";
import { allRows } from "../data/take-rows.js";
import { requireEveryClass, unchanged, withoutRows } from "./resampled-rows.js";
import { classesToClean, largestClass } from "./class-sizes.js";
import { removeRule, resamplerOf } from "./resample-rules.js";
import { requireClasses, requireNumbers } from "./requirements.js";
import type { ResampleData, Resampled } from "./resampler.js";

/** Removes rows that form a Tomek link (Tomek 1976), of the classes that are to lose rows. */
export const tomekLinks = resamplerOf("tomek-links", { remove: removeRule }, (data, parameters, context) => {
  requireClasses(data);
  requireNumbers("tomek-links", data);
  return withoutLinked("tomek-links", unchanged(data), data, parameters.remove as string, context);
});

/** `all` are the rows of `data`, some of them made. */
export function withoutLinked(
  resampler: string,
  all: Resampled,
  data: ResampleData,
  remove: string,
  context: FitContext,
): Resampled {
  const cleaned = classesToClean(data, remove);
  const removed = new Uint8Array(data.x.rows);
  for (const row of linkedRows(data, context)) if (cleaned.has(data.y[row]!)) removed[row] = 1;
  requireEveryClass(resampler, data, removed);
  return withoutRows(all, removed);
}

/**
 * The rows whose nearest neighbour is of another class and has them as its nearest in turn. One of the two is not of the
 * largest class, so the others are asked first, and of the largest class only those rows that are someone's nearest.
 */
export function linkedRows(data: ResampleData, context: FitContext): Int32Array {
  const { x, y } = data;
  const largest = largestClass(data);
  const index = indexRows(x, 1, context);
  const nearest = new Int32Array(x.rows).fill(-1);
  const ask = (rows: Int32Array) => index.ofRows(rows, 1).ids.forEach((id, at) => (nearest[rows[at]!] = id));
  const others = allRows(x.rows).filter((row) => y[row] !== largest);
  ask(others);
  const wanted = new Set(Array.from(others, (row) => nearest[row]!).filter((row) => y[row] === largest));
  ask(Int32Array.from(wanted));
  return allRows(x.rows).filter((row) => {
    const other = nearest[row]!;
    return other >= 0 && y[other] !== y[row] && nearest[other] === row;
  });
}
