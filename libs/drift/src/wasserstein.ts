import { placeInside, totalOf, type Cell } from "./cells.js";
import { quantileOf } from "./read-profile.js";

/** How wide the middle half and the middle nine tenths of a normal distribution are, in standard deviations. */
const normalQuartiles = 1.3489795;
const normalNineTenths = 3.2897073;
/** A value further than so many spreads from the middle counts as one that is so far: one wrong row is no drift. */
const furthest = 10;

export interface Moved {
  /** By how many spreads of the reference the values moved on average. */
  readonly distance: number;
  /** The same without what two samples of one distribution differ by because they are samples. */
  readonly effect: number;
}

/** Wasserstein's distance of the two, in robust spreads of the reference. Both have values. */
export function wasserstein(reference: readonly Cell[], current: readonly Cell[], deviation: number): Moved {
  const [middle, spread] = middleAndSpread(reference, current, deviation);
  if (spread === 0) return { distance: 0, effect: 0 };
  const [low, high] = [middle - furthest * spread, middle + furthest * spread];
  const totals = [totalOf(reference), totalOf(current)] as const;
  const { apart, chance } = areas(reference, current, low, high);
  const expected = chance * Math.sqrt((2 / Math.PI) * (1 / totals[0] + 1 / totals[1]));
  const effect = Math.sqrt(Math.max(0, apart ** 2 - expected ** 2));
  return { distance: apart / spread, effect: effect / spread };
}

/** Where nearly all values are the same, other measures of the spread stand in. */
function middleAndSpread(reference: readonly Cell[], current: readonly Cell[], deviation: number): [number, number] {
  const middle = quantileOf(reference, totalOf(reference) / 2);
  const apart = Math.abs(quantileOf(current, totalOf(current) / 2) - middle);
  const spread = robustSpread(reference) || deviation || robustSpread(current) || apart;
  return [middle, Number.isFinite(spread) ? spread : 0];
}

/** As the standard deviation of a normal distribution, from its middle half or, if that is more, from its middle nine tenths. */
function robustSpread(cells: readonly Cell[]): number {
  const total = totalOf(cells);
  const between = (share: number): number => quantileOf(cells, (1 - share) * total) - quantileOf(cells, share * total);
  return Math.max(between(0.25) / normalQuartiles, between(0.05) / normalNineTenths);
}

interface Areas {
  /** Between the two distribution functions. */
  readonly apart: number;
  /** Of √(F(1 − F)), which says how far apart those of samples are. */
  readonly chance: number;
}

function areas(reference: readonly Cell[], current: readonly Cell[], low: number, high: number): Areas {
  const clip = (x: number): number => Math.min(high, Math.max(low, x));
  const edges = Float64Array.from([...reference, ...current].flatMap((cell) => [clip(cell[0]), clip(cell[1])])).sort();
  const [one, other] = [shareAround(reference), shareAround(current)];
  let [apart, chance] = [0, 0];
  for (let at = 1; at < edges.length; at++) {
    const [from, to] = [edges[at - 1]!, edges[at]!];
    const [first, second] = [one(from, to), other(from, to)];
    apart += (to - from) * meanDistance(first[0] - second[0], first[1] - second[1]);
    const share = (first[0] + first[1] + second[0] + second[1]) / 4;
    chance += (to - from) * Math.sqrt(Math.max(0, share * (1 - share)));
  }
  return { apart, chance };
}

/** The share up to `from`, and that below `to`, of stretches in ascending order in which no cell begins or ends. */
function shareAround(cells: readonly Cell[]): (from: number, to: number) => readonly [number, number] {
  const total = totalOf(cells);
  let at = 0;
  let before = 0;
  return (from, to) => {
    while (at < cells.length && cells[at]![1] <= from) before += cells[at++]![2];
    const [low, high, count] = cells[at] ?? [Infinity, Infinity, 0];
    const inside = (x: number): number => count * placeInside(low, high, x);
    return [(before + inside(from)) / total, (before + inside(to)) / total];
  };
}

/** The mean of |x| along a line from one number to another. */
function meanDistance(start: number, end: number): number {
  if (start * end >= 0) return Math.abs(start + end) / 2;
  return (start * start + end * end) / (2 * Math.abs(start - end));
}
