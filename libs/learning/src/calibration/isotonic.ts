import { ascendingOrder } from "../data/ascending-order.js";
import type { Numbers } from "../data/matrix.js";
import { requireFinite, weightsOf, type Weights } from "../metrics/measure.js";

/** A curve that never falls: straight between its points, level outside. */
export interface IsotonicCurve {
  /** Ascending. */
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/**
 * The curve that never falls and is closest to the values (weighted squares), by pooling adjacent violators
 * (Barlow et al. 1972); rows of the same score count as one, as in scikit-learn's IsotonicRegression.
 */
export function fitIsotonic(scores: Numbers, values: ArrayLike<number>, weights?: Weights): IsotonicCurve {
  requireFinite(scores, "score");
  const { x, y, weight } = pooledTies(scores, values, weightsOf(weights, scores.length));
  poolViolators(y, weight);
  const turns = (index: number) =>
    index === 0 || index === x.length - 1 || y[index] !== y[index - 1] || y[index] !== y[index + 1];
  return { x: x.filter((_, index) => turns(index)), y: y.filter((_, index) => turns(index)) };
}

export function isotonicAt({ x, y }: IsotonicCurve, score: number): number {
  const last = x.length - 1;
  if (!(score > x[0]!)) return y[0]!;
  if (score >= x[last]!) return y[last]!;
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= score) low = middle;
    else high = middle;
  }
  return y[low]! + ((score - x[low]!) / (x[high]! - x[low]!)) * (y[high]! - y[low]!);
}

/** One point for each score: the weighted mean of its values. Rows that count nothing are no points. */
function pooledTies(scores: Numbers, values: ArrayLike<number>, weights: Weights) {
  const [x, y, weight]: number[][] = [[], [], []];
  for (const row of ascendingOrder(scores)) {
    if (weights[row] === 0) continue;
    if (x!.at(-1) !== scores[row]) {
      x!.push(scores[row]!);
      y!.push(0);
      weight!.push(0);
    }
    y![y!.length - 1]! += weights[row]! * values[row]!;
    weight![weight!.length - 1]! += weights[row]!;
  }
  return { x: x!, y: y!.map((sum, index) => sum / weight![index]!), weight: weight! };
}

/** Blocks that would fall are melted into their mean, backwards as far as it takes: each point is melted once. */
function poolViolators(y: number[], weight: readonly number[]): void {
  const blocks: { mean: number; weight: number; count: number }[] = [];
  y.forEach((value, index) => {
    let block = { mean: value, weight: weight[index]!, count: 1 };
    while (blocks.length > 0 && blocks.at(-1)!.mean >= block.mean) block = melt(blocks.pop()!, block);
    blocks.push(block);
  });
  let next = 0;
  for (const { mean, count } of blocks) y.fill(mean, next, (next += count));
}

function melt(a: { mean: number; weight: number; count: number }, b: typeof a): typeof a {
  const weight = a.weight + b.weight;
  const mean = a.mean === b.mean ? a.mean : (a.mean * a.weight + b.mean * b.weight) / weight;
  return { mean, weight, count: a.count + b.count };
}
