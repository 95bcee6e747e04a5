const LEAST_FOLDS = 2;
const DEVIATIONS = 3;

/**
 * Whether a trial that has these scores on the first folds is so far behind the best one on the same folds that the others
 * can be left out: by three standard errors of the difference, which counts as no surer than the best one's own scores.
 */
export function isHopeless(scores: readonly number[], best: readonly number[], sign: 1 | -1): boolean {
  const count = scores.length;
  if (count < LEAST_FOLDS || count >= best.length) return false;
  const behind = scores.map((score, fold) => sign * (best[fold]! - score));
  const error = Math.max(deviationOf(behind), deviationOf(best)) / Math.sqrt(count);
  return meanOf(behind) > DEVIATIONS * error;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
