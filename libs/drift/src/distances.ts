import { sums, type Pair } from "./chi-square.js";

/** What a bin without values is taken to hold, so that the index stays finite. */
const half = 0.5;

/** Population stability index: 0 where the shares are the same; above 0.25 by custom a large change. It has no upper end. */
export function populationStability(pairs: readonly Pair[]): number {
  const seen = pairs.filter(([one, other]) => one + other > 0);
  const totals = sums(seen.map(([one, other]): Pair => [one || half, other || half]));
  if (totals[0] === 0 || totals[1] === 0) return 0;
  return seen.reduce((sum, [one, other]) => {
    const [before, now] = [(one || half) / totals[0], (other || half) / totals[1]];
    return sum + (now - before) * Math.log(now / before);
  }, 0);
}

/** Jensen and Shannon's distance, with logarithms of 2: from 0, the same shares, to 1, nothing in common. */
export const jensenShannon = (pairs: readonly Pair[]): number => Math.sqrt(divergence(pairs));

function divergence(pairs: readonly Pair[]): number {
  const totals = sums(pairs);
  if (totals[0] === 0 || totals[1] === 0) return 0;
  const bits = pairs.reduce((sum, [one, other]) => {
    const [before, now] = [one / totals[0], other / totals[1]];
    return sum + entropy((before + now) / 2) - (entropy(before) + entropy(now)) / 2;
  }, 0);
  return Math.min(1, Math.max(0, bits));
}

const entropy = (share: number): number => (share > 0 ? -share * Math.log2(share) : 0);

/**
 * The same without what two samples of one distribution differ by because they are samples: the smaller they are, the larger
 * that is, and an effect has to mean the same whatever their size.
 */
export function effectOfShares(pairs: readonly Pair[]): number {
  const totals = sums(pairs);
  if (totals[0] === 0 || totals[1] === 0) return 0;
  const freedom = Math.max(0, pairs.filter(([one, other]) => one + other > 0).length - 1);
  const chance = (freedom * (1 / totals[0] + 1 / totals[1])) / (8 * Math.LN2);
  return Math.sqrt(Math.max(0, divergence(pairs) - chance));
}
