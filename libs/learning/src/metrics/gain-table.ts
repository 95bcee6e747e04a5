import type { Numbers } from "../data/matrix.js";
import { unitWeights, weightsOf, type Weights } from "./measure.js";
import { rankingOf } from "./ranking.js";

export interface GainBin {
  /** The share of all rows that this bin and those before it hold. */
  readonly depth: number;
  /** The share of this bin that is positive. */
  readonly rate: number;
  /** How many times the rate of all rows that is. */
  readonly lift: number;
  /** The share of all positives that this bin and those before it hold. */
  readonly gain: number;
  readonly cumulativeLift: number;
}

/**
 * The rows by falling score in bins of equal weight, and how many of the positives each holds. Rows of the same score are
 * spread evenly over the bins that they reach into, so the table does not depend on the order of the rows.
 */
export function gainTable(rows: {
  readonly scores: Numbers;
  readonly isPositive: Uint8Array;
  readonly weights?: Weights;
  readonly bins?: number;
}): GainBin[] | undefined {
  const { scores, isPositive, bins = 10 } = rows;
  const { order, ends } = rankingOf(scores);
  const weights = weightsOf(rows.weights ?? unitWeights(scores.length), scores.length);
  const curve = gainCurve(order, ends, isPositive, weights);
  const [all, positives] = curve.at(-1)!;
  if (positives === 0) return undefined;
  const reached = Array.from({ length: bins + 1 }, (_, bin) => along(curve, (all * bin) / bins));
  return reached.slice(1).map((gained, bin) => {
    const rate = (gained - reached[bin]!) / (all / bins);
    const depth = (bin + 1) / bins;
    const gain = gained / positives;
    return { depth, rate, lift: rate / (positives / all), gain, cumulativeLift: gain / depth };
  });
}

type Point = readonly [all: number, positives: number];

/** Weight of all rows and of the positives from the highest score down, a point after each group of ties. */
function gainCurve(order: Uint32Array, ends: Uint8Array, isPositive: Uint8Array, weights: Weights): Point[] {
  const points: Point[] = [[0, 0]];
  let [all, positives] = [0, 0];
  for (let index = order.length - 1; index >= 0; index--) {
    const row = order[index]!;
    all += weights[row]!;
    positives += weights[row]! * isPositive[row]!;
    if (index === 0 || ends[index - 1] === 1) points.push([all, positives]);
  }
  return points;
}

function along(curve: readonly Point[], depth: number): number {
  const after = curve.findIndex(([all]) => all >= depth);
  if (after <= 0) return after === 0 ? curve[0]![1] : curve.at(-1)![1];
  const [[all, positives], [nextAll, nextPositives]] = [curve[after - 1]!, curve[after]!];
  return positives + ((depth - all) / (nextAll - all)) * (nextPositives - positives);
}
