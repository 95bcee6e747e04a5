export type BestMetric = "roc_auc" | "f1" | "accuracy";

export interface BestScore {
  readonly metric: BestMetric;
  readonly value: number;
}

/** What a model reaches on average that knows the true probability of each row; nobody reaches more on new rows. */
export function bestScore(metric: BestMetric, chances: Float64Array): BestScore {
  return { metric, value: scores[metric](chances.slice().sort().reverse()) };
}

const scores: Record<BestMetric, (falling: Float64Array) => number> = {
  roc_auc: bestRocAuc,
  f1: bestF1,
  accuracy: (chances) => sumOf(chances) / chances.length,
};

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** Over pairs of rows: how likely the one is positive, the other negative, and the positive one stands higher; ties count half. */
function bestRocAuc(falling: Float64Array): number {
  const positives = sumOf(falling);
  let [above, right] = [0, 0];
  for (let from = 0; from < falling.length;) {
    let to = from;
    while (to < falling.length && falling[to] === falling[from]) to++;
    const [tied, chance] = [to - from, falling[from]!];
    right += tied * (1 - chance) * (above + (tied * chance) / 2);
    above += tied * chance;
    from = to;
  }
  return right / (positives * (falling.length - positives));
}

/** The best cut through the rows in the order of their probabilities. */
function bestF1(falling: Float64Array): number {
  const positives = sumOf(falling);
  let [found, best] = [0, 0];
  falling.forEach((chance, index) => {
    found += chance;
    best = Math.max(best, (2 * found) / (index + 1 + positives));
  });
  return best;
}
