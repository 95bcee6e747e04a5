import type { Classes } from "./class-reader.js";
import { sortedHashes } from "./sorted-hashes.js";
import type { Cuts } from "./staging.js";

/**
 * The hash below which rows are test rows, so that as near as can be `share` of the rows are: equal rows have equal hashes and
 * stay together, and with two different rows there is one on each side. Rows that are all equal are training rows.
 */
export function cutOf(hashes: Float64Array, share: number): number {
  const sorted = sortedHashes(hashes);
  const wanted = Math.round(share * sorted.length);
  const below = bordersBeside(sorted, wanted);
  if (below.length === 0) return Math.min(share, sorted[0] ?? share);
  const nearest = below.reduce((best, border) => (Math.abs(border - wanted) < Math.abs(best - wanted) ? border : best));
  return sorted[nearest]!;
}

/** The nearest places, at `wanted` or before and after it, where a hash differs from the one before it. */
function bordersBeside(sorted: Float64Array, wanted: number): number[] {
  const isBorder = (place: number) => sorted[place] !== sorted[place - 1];
  let before = Math.min(wanted, sorted.length - 1);
  while (before > 0 && !isBorder(before)) before--;
  let after = Math.max(wanted, 1);
  while (after < sorted.length && !isBorder(after)) after++;
  return [before, after].filter((border) => border > 0 && border < sorted.length);
}

/** A cut for each class that has none yet; without classes for all rows, under "". */
export function cutsOf(hashes: Float64Array, share: number, classes: Classes | undefined, given: Cuts): Cuts {
  if (!classes) return { ...given, "": given[""] ?? cutOf(hashes, share) };
  const cuts = new Map(Object.entries(given));
  hashesByClass(hashes, classes).forEach((own, code) => {
    const name = classes.names[code]!;
    if (own.length > 0 && !cuts.has(name)) cuts.set(name, cutOf(own, share));
  });
  return Object.fromEntries([...cuts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function hashesByClass(hashes: Float64Array, { codes, names }: Classes): Float64Array[] {
  const counts = new Int32Array(names.length);
  for (let row = 0; row < codes.length; row++) counts[codes[row]!]!++;
  const byClass = [...counts].map((count) => new Float64Array(count));
  const filled = new Int32Array(names.length);
  for (let row = 0; row < hashes.length; row++) {
    const code = codes[row]!;
    byClass[code]![filled[code]!++] = hashes[row]!;
  }
  return byClass;
}

/** The last time of the training rows: those after it are as near to `share` of the rows as equal times allow. */
export function timeCutOf(times: Float64Array, share: number): number {
  const sorted = times.filter((time) => !Number.isNaN(time)).sort();
  const wanted = sorted.length - Math.round(share * times.length);
  const borders = bordersBeside(sorted, Math.max(1, wanted));
  if (borders.length === 0) return sorted.at(-1) ?? 0;
  const nearest = borders.reduce((best, border) =>
    Math.abs(border - wanted) < Math.abs(best - wanted) ? border : best,
  );
  return sorted[nearest - 1]!;
}
