import type { Numbers } from "../data/matrix.js";
import { weightsOf, type Measure, type Weights } from "./measure.js";
import { inOrder, rankingOf, type Ranking } from "./ranking.js";

/** The area under precision over recall as steps, as scikit-learn's average_precision_score; undefined without positives. */
export function averagePrecision(
  isPositive: (row: number) => boolean,
  scores: Numbers,
  weights?: Weights,
): number | undefined {
  const positive = Uint8Array.from(scores, (_, row) => (isPositive(row) ? 1 : 0));
  return averagePrecisionMeasure(positive, rankingOf(scores))(weightsOf(weights, scores.length));
}

/** From the highest score down: each group of ties adds its recall at the precision that is reached with it. */
export function averagePrecisionMeasure(isPositive: Uint8Array, ranking: Ranking): Measure {
  const { order, ends } = ranking;
  const positiveInOrder = inOrder(isPositive, ranking);
  return (weights) => {
    let [area, positives, all, tiedPositives, tied] = [0, 0, 0, 0, 0];
    for (let index = order.length - 1; index >= 0; index--) {
      const weight = weights[order[index]!]!;
      tied += weight;
      tiedPositives += weight * positiveInOrder[index]!;
      if (index > 0 && ends[index - 1] === 0) continue;
      positives += tiedPositives;
      all += tied;
      if (tiedPositives > 0) area += tiedPositives * (positives / all);
      tied = tiedPositives = 0;
    }
    return positives > 0 ? area / positives : undefined;
  };
}
