import type { Cell } from "./cells.js";

interface Counts {
  /** How many values are smaller than x at least, and at most. */
  below(x: number): readonly [number, number];
  /** How many are not larger than x. */
  upTo(x: number): readonly [number, number];
}

/** The largest difference of the two shares below any value that is certain, wherever the values lie in their cells. */
export function certainDifference(reference: readonly Cell[], current: readonly Cell[]): number {
  const [one, other] = [countsOf(reference), countsOf(current)];
  const totals = [reference, current].map((cells) => cells.reduce((sum, [, , count]) => sum + count, 0));
  const apart = ([low, high]: readonly [number, number], [least, most]: readonly [number, number]): number =>
    Math.max(low / totals[0]! - most / totals[1]!, least / totals[1]! - high / totals[0]!);
  let largest = 0;
  for (const [low, high] of [...reference, ...current]) {
    for (const x of low === high ? [low] : [low, high]) {
      largest = Math.max(largest, apart(one.below(x), other.below(x)), apart(one.upTo(x), other.upTo(x)));
    }
  }
  return largest;
}

function countsOf(cells: readonly Cell[]): Counts {
  const before = [0];
  for (const [, , count] of cells) before.push(before.at(-1)! + count);
  const endsBy = (x: number): number => firstWhere(cells.length, (at) => cells[at]![1] > x);
  const beginsBelow = (x: number): number => firstWhere(cells.length, (at) => cells[at]![0] >= x);
  // A cell that ends at x has values below x only, where the next one begins at x.
  const endsBelow = (x: number): number => {
    const at = firstWhere(cells.length, (each) => cells[each]![1] >= x);
    const [low, high] = cells[at] ?? [0, 0];
    return at + 1 < cells.length && low < x && high === x && cells[at + 1]![0] === x ? at + 1 : at;
  };
  return {
    below: (x) => [before[endsBelow(x)]!, before[beginsBelow(x)]!],
    upTo: (x) => [before[endsBy(x)]!, before[firstWhere(cells.length, (at) => cells[at]![0] > x)]!],
  };
}

function firstWhere(length: number, holds: (at: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * How often two samples of the same distribution differ by so much: Kolmogorov's limit with Stephens's correction for
 * samples of finite size. Where values repeat it is larger than the truth, never smaller.
 */
export function kolmogorovSmirnov(difference: number, reference: number, current: number): number {
  const root = Math.sqrt((reference * current) / (reference + current));
  const scaled = (root + 0.12 + 0.11 / root) * difference;
  return Number.isFinite(scaled) ? kolmogorov(scaled) : 1;
}

function kolmogorov(x: number): number {
  if (x < 0.3) return 1;
  let sum = 0;
  if (x < 1) {
    for (let at = 1; at <= 5; at++) sum += Math.exp((-((2 * at - 1) ** 2) * Math.PI ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  for (let at = 1; at <= 10; at++) sum += (at % 2 === 1 ? 2 : -2) * Math.exp(-2 * at * at * x * x);
  return Math.min(1, sum);
}
