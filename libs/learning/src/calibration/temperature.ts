import { weightsOf, type Weights } from "../metrics/measure.js";
import { requireScored } from "../metrics/scored.js";

// scikit-learn adds as much to a probability before its logarithm is taken, and looks as far on either side.
export const EPSILON = 1e-12;
const [LEAST, MOST] = [Math.exp(-10), Math.exp(10)];
const MOST_STEPS = 200;
const PRECISION = 1e-12;

/**
 * By what the logarithms of all probabilities are multiplied so that they are neither too sure nor too unsure (Guo et al.
 * 2017); the inverse of the temperature. The loss has one minimum: Newton's steps, halving where one leaves the bracket.
 */
export function fitTemperature(rows: {
  readonly labels: Int32Array;
  /** rows × classes, row by row. */
  readonly probabilities: Float64Array;
  readonly classes: readonly string[];
  readonly weights?: Weights;
}): number {
  requireScored(rows);
  const logits = rows.probabilities.map((probability) => Math.log(probability + EPSILON));
  const weights = weightsOf(rows.weights, rows.labels.length);
  const at = (sharpness: number) => derivatives(logits, rows.labels, rows.classes.length, weights, sharpness);
  let [low, high, sharpness] = [LEAST, MOST, 1];
  for (let step = 0; step < MOST_STEPS && high - low > PRECISION * high; step++) {
    const { slope, curvature } = at(sharpness);
    if (slope === 0) break;
    if (slope > 0) high = sharpness;
    else low = sharpness;
    const next = sharpness - slope / curvature;
    const previous = sharpness;
    sharpness = next > low && next < high ? next : Math.sqrt(low * high);
    if (Math.abs(sharpness - previous) <= PRECISION * previous) break;
  }
  return sharpness;
}

/** The probabilities of one row, sharpened or flattened in place. */
export function sharpen(values: Float64Array, start: number, classes: number, sharpness: number): void {
  let most = -Infinity;
  for (let index = start; index < start + classes; index++) {
    values[index] = sharpness * Math.log(values[index]! + EPSILON);
    most = Math.max(most, values[index]!);
  }
  let sum = 0;
  for (let index = start; index < start + classes; index++) sum += values[index] = Math.exp(values[index]! - most);
  for (let index = start; index < start + classes; index++) values[index]! /= sum;
}

/** Of the log loss by the sharpness: the mean of the logits under the model less that of the actual class, and their variance. */
function derivatives(
  logits: Float64Array,
  labels: Int32Array,
  classes: number,
  weights: Weights,
  sharpness: number,
): { slope: number; curvature: number } {
  let [slope, curvature] = [0, 0];
  const shares = new Float64Array(classes);
  for (let row = 0; row < labels.length; row++) {
    const start = row * classes;
    softmax(logits, start, sharpness, shares);
    let [mean, square] = [0, 0];
    for (let code = 0; code < classes; code++) mean += shares[code]! * logits[start + code]!;
    for (let code = 0; code < classes; code++) square += shares[code]! * (logits[start + code]! - mean) ** 2;
    slope += weights[row]! * (mean - logits[start + labels[row]!]!);
    curvature += weights[row]! * square;
  }
  return { slope, curvature };
}

function softmax(logits: Float64Array, start: number, sharpness: number, shares: Float64Array): void {
  let most = -Infinity;
  for (let code = 0; code < shares.length; code++) most = Math.max(most, sharpness * logits[start + code]!);
  let sum = 0;
  for (let code = 0; code < shares.length; code++) {
    sum += shares[code] = Math.exp(sharpness * logits[start + code]! - most);
  }
  for (let code = 0; code < shares.length; code++) shares[code]! /= sum;
}
