export const sigmoid = (margin: number): number => {
  if (margin >= 0) return 1 / (1 + Math.exp(-margin));
  const exponential = Math.exp(margin);
  return exponential / (1 + exponential);
};

/** Turns scores into probabilities, in place, and returns the logarithm of the sum of their exponentials. */
export function softmax(scores: Float64Array): number {
  let max = -Infinity;
  for (let k = 0; k < scores.length; k++) if (scores[k]! > max) max = scores[k]!;
  let sum = 0;
  for (let k = 0; k < scores.length; k++) sum += scores[k] = Math.exp(scores[k]! - max);
  for (let k = 0; k < scores.length; k++) scores[k]! /= sum;
  return max + Math.log(sum);
}

const softplus = (value: number): number => Math.log1p(Math.exp(-Math.abs(value))) + Math.max(0, value);

/** The loss of one row and its derivatives by the row's scores. */
export interface RowLoss {
  /** Replaces the scores by the first derivatives, and returns the loss. */
  first(scores: Float64Array, target: number): number;
  /** Replaces the scores by what `second` takes. */
  prepare(scores: Float64Array): void;
  second(prepared: Float64Array, k: number, l: number): number;
}

export const binaryLoss: RowLoss = {
  first(scores, target) {
    const score = scores[0]!;
    scores[0] = sigmoid(score) - target;
    return softplus(target === 1 ? -score : score);
  },
  prepare: (scores) => void (scores[0] = sigmoid(scores[0]!)),
  second: (prepared) => prepared[0]! * (1 - prepared[0]!),
};

export const softmaxLoss: RowLoss = {
  first(scores, target) {
    const own = scores[target]!;
    const loss = softmax(scores) - own;
    scores[target]! -= 1;
    return loss;
  },
  prepare: (scores) => void softmax(scores),
  second: (prepared, k, l) => prepared[k]! * ((k === l ? 1 : 0) - prepared[l]!),
};
