import { meanMeasure, type Measure } from "./measure.js";
import type { ClassScores } from "./multiclass-roc-auc.js";

// scikit-learn keeps probabilities this far from 0 and 1.
const EPSILON = Number.EPSILON;

/** The mean of −log of the probability that was given to the actual class. */
export function logLossMeasure({ labels, probabilities, classes }: ClassScores): Measure {
  const losses = new Float64Array(labels.length);
  for (let row = 0; row < losses.length; row++) {
    const probability = probabilities[row * classes + labels[row]!]!;
    losses[row] = -Math.log(Math.min(Math.max(probability, EPSILON), 1 - EPSILON));
  }
  return meanMeasure(losses);
}
