import { upperGamma } from "./special-functions.js";

/** How often a category comes in each of the two samples. */
export type Pair = readonly [reference: number, current: number];

/** With fewer expected the test says too often that there is a difference. */
const fewestExpected = 5;

/**
 * Pearson's test that two samples have the same shares. Categories that are expected in fewer than five values of the smaller
 * sample are counted as one; which ones these are is decided by both samples together, so that it tells nothing of them.
 */
export function chiSquare(pairs: readonly Pair[]): {
  readonly statistic: number;
  readonly freedom: number;
  readonly p: number;
} {
  const totals = sums(pairs);
  const all = totals[0] + totals[1];
  const pooled = poolRare(pairs, (fewestExpected * all) / Math.min(...totals));
  const freedom = pooled.length - 1;
  if (freedom < 1 || totals[0] === 0 || totals[1] === 0) return { statistic: 0, freedom: 0, p: 1 };
  const statistic = pooled.reduce((sum, pair) => sum + term(pair, totals, all), 0);
  return { statistic, freedom, p: upperGamma(freedom / 2, statistic / 2) };
}

function term([reference, current]: Pair, totals: Pair, all: number): number {
  const [first, second] = totals.map((total) => ((reference + current) * total) / all) as [number, number];
  return (reference - first) ** 2 / first + (current - second) ** 2 / second;
}

/** Categories with fewer than `least` values in both samples together become one; if that is rare too, the next one joins it. */
export function poolRare(pairs: readonly Pair[], least: number): Pair[] {
  const sorted = pairs.filter(([one, other]) => one + other > 0).sort((a, b) => a[0] + a[1] - b[0] - b[1]);
  let rare: Pair = [0, 0];
  let at = 0;
  while (at < sorted.length && (sorted[at]![0] + sorted[at]![1] < least || (at > 0 && rare[0] + rare[1] < least))) {
    rare = [rare[0] + sorted[at]![0], rare[1] + sorted[at]![1]];
    at++;
  }
  return at === 0 ? sorted : [rare, ...sorted.slice(at)];
}

export const sums = (pairs: readonly Pair[]): Pair =>
  pairs.reduce(([one, other], pair) => [one + pair[0], other + pair[1]], [0, 0]);
