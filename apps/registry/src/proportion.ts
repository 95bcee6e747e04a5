/** So many of so many: errors of requests, right answers of labelled ones. */
export interface Count {
  readonly hits: number;
  readonly of: number;
}

export const shareOf = ({ hits, of }: Count): number => (of === 0 ? 0 : hits / of);

/**
 * A rollout is looked at every second, and each look is another chance to be wrong by luck: 3.9 deviations leave fewer than
 * one in a hundred rollouts of equal versions aborted over all looks together.
 */
const DEVIATIONS = 3.9;

/** Wilson's interval: it holds for few counts and for shares near 0 and 1, where the usual one does not. */
export function intervalOf({ hits, of }: Count): { low: number; high: number } {
  if (of === 0) return { low: 0, high: 1 };
  const z2 = DEVIATIONS ** 2;
  const share = hits / of;
  const centre = (share + z2 / (2 * of)) / (1 + z2 / of);
  const half = (DEVIATIONS / (1 + z2 / of)) * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** By how much the first share is surely larger than the second: Newcombe's interval of a difference, its lower end. */
export function surelyLarger(a: Count, b: Count): number {
  const [first, second] = [intervalOf(a), intervalOf(b)];
  const difference = shareOf(a) - shareOf(b);
  return difference - Math.hypot(shareOf(a) - first.low, second.high - shareOf(b));
}
