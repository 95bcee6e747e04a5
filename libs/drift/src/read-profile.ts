import { placeInside, type Cell } from "./cells.js";
import type { ColumnProfile, NumberProfile, TextProfile } from "./profile.js";
import { numberSketch } from "./sketches.js";

/** The value that this share of the finite values is below; undefined where there is none. At 0 and 1 the least and largest. */
export function quantile(profile: NumberProfile, share: number): number | undefined {
  const { min, max } = profile;
  if (min === undefined || max === undefined) return undefined;
  if (share <= 0) return min;
  if (share >= 1) return max;
  return quantileOf(numberSketch(profile).cells, share * (profile.rows - profile.missing - profile.infinite));
}

/** Where so many of the values are below. */
export function quantileOf(cells: readonly Cell[], wanted: number): number {
  let before = 0;
  for (const [low, high, count] of cells) {
    const place = (wanted - before) / count;
    if (place <= 1) return low === high ? low : low * (1 - place) + high * place;
    before += count;
  }
  return cells.at(-1)?.[1] ?? NaN;
}

/** The share of the finite values that are smaller than `value`. Right to 1/128 of the rows, and where cells end exactly. */
export function shareBelow(profile: NumberProfile, value: number): number {
  const finite = profile.rows - profile.missing - profile.infinite;
  return finite === 0 ? 0 : countBelow(numberSketch(profile).cells, value) / finite;
}

export function countBelow(cells: readonly Cell[], value: number): number {
  let below = 0;
  for (const [low, high, count] of cells) {
    if (low >= value) break;
    below += count * placeInside(low, high, value);
  }
  return below;
}

export function standardDeviation({ squares, rows, missing, infinite }: NumberProfile): number | undefined {
  if (squares === undefined) return undefined;
  return Math.sqrt(squares / Math.max(1, rows - missing - infinite - 1));
}

export const missingShare = ({ missing, rows }: ColumnProfile): number => (rows === 0 ? 0 : missing / rows);

/** Of the texts that are there; undefined where the profile did not keep count of it. */
export function shareOf(profile: TextProfile, text: string): number | undefined {
  const present = profile.rows - profile.missing;
  const found = profile.top.find(([each]) => each === text)?.[1];
  if (found === undefined && profile.others > 0) return undefined;
  return present === 0 ? 0 : (found ?? 0) / present;
}
