import type { Numbers } from "../data/matrix.js";
import { weightsOf, type Measure, type Weights } from "./measure.js";
import { inOrder, rankingOf, type Ranking } from "./ranking.js";

/** The chance that a positive row has a higher score than a negative one, a tie counting half; undefined without both. */
export function rocAuc(isPositive: (row: number) => boolean, scores: Numbers, weights?: Weights): number | undefined {
  const positive = Uint8Array.from(scores, (_, row) => (isPositive(row) ? 1 : 0));
  return rocAucMeasure(positive, rankingOf(scores))(weightsOf(weights, scores.length));
}

/** In one pass over the sorted rows: each group of ties wins against the negatives below it, and half against its own. */
export function rocAucMeasure(isPositive: Uint8Array, ranking: Ranking): Measure {
  const { order, ends } = ranking;
  const positiveInOrder = inOrder(isPositive, ranking);
  return (weights) => {
    let [wonTwice, positives, negatives] = [0, 0, 0];
    let [tiedPositives, negativesBelow] = [0, 0];
    for (let index = 0; index < order.length; index++) {
      const weight = weights[order[index]!]!;
      const positive = weight * positiveInOrder[index]!;
      tiedPositives += positive;
      negatives += weight - positive;
      if (ends[index] === 0) continue;
      wonTwice += tiedPositives * (negativesBelow + negatives);
      positives += tiedPositives;
      tiedPositives = 0;
      negativesBelow = negatives;
    }
    return positives > 0 && negatives > 0 ? wonTwice / 2 / (positives * negatives) : undefined;
  };
}
