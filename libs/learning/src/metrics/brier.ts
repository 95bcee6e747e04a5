import { meanMeasure, type Measure } from "./measure.js";
import type { ClassScores } from "./multiclass-roc-auc.js";

/** The mean squared error of the probabilities (Brier 1950): with two classes of one of them, else summed over all. */
export function brierMeasure({ labels, probabilities, classes }: ClassScores): Measure {
  const errors = new Float64Array(labels.length);
  for (let row = 0; row < errors.length; row++) {
    let error = 0;
    for (let code = 0; code < classes; code++) {
      error += (probabilities[row * classes + code]! - (labels[row] === code ? 1 : 0)) ** 2;
    }
    errors[row] = classes === 2 ? error / 2 : error;
  }
  return meanMeasure(errors);
}
