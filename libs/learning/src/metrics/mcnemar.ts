import { ProblemError } from "@millrace/contracts";

export interface McNemar {
  /** Rows that only the first model predicted right. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** χ² with one degree of freedom, with continuity correction. */
  readonly statistic: number;
  /** Exact: the chance of so uneven a split if both were right equally often. */
  readonly pValue: number;
}

/** Whether one of two models is right more often on the same rows (McNemar 1947); only rows where they differ tell. */
export function mcnemar(
  labels: Int32Array,
  { first, second }: { readonly first: Int32Array; readonly second: Int32Array },
): McNemar {
  requireSameRows(labels, first, second);
  let [onlyFirst, onlySecond] = [0, 0];
  for (let row = 0; row < labels.length; row++) {
    const [firstRight, secondRight] = [first[row] === labels[row], second[row] === labels[row]];
    if (firstRight && !secondRight) onlyFirst += 1;
    if (secondRight && !firstRight) onlySecond += 1;
  }
  const differing = onlyFirst + onlySecond;
  const gap = Math.max(0, Math.abs(onlyFirst - onlySecond) - 1);
  return {
    ...{ onlyFirst, onlySecond },
    statistic: differing === 0 ? 0 : gap ** 2 / differing,
    pValue: Math.min(1, 2 * atMost(Math.min(onlyFirst, onlySecond), differing)),
  };
}

/** The chance of at most k heads in n throws, term by term in logarithms. */
function atMost(k: number, n: number): number {
  let logTerm = n * Math.log(0.5);
  let sum = 0;
  for (let heads = 0; heads <= k; heads++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log((n - heads) / (heads + 1));
  }
  return sum;
}

function requireSameRows(labels: Int32Array, first: Int32Array, second: Int32Array): void {
  if (first.length === labels.length && second.length === labels.length) return;
  throw new ProblemError({
    code: "PREDICTIONS_NOT_PAIRED",
    message: `there are ${labels.length} labels, and ${first.length} and ${second.length} predictions.`,
    remedy: "Give what both models predict for the same rows.",
  });
}
