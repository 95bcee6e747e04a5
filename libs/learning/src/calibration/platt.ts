import type { Numbers } from "../data/matrix.js";
import { requireFinite, weightsOf, type Weights } from "../metrics/measure.js";

/** The probability of a score is 1 / (1 + exp(−(slope · score + intercept))). */
export interface Sigmoid {
  readonly slope: number;
  readonly intercept: number;
}

const MOST_STEPS = 100;
const SUFFICIENT_DECREASE = 1e-4;
const LEAST_SHARE = 1e-10;
const NEAR = 1e-11;
const RIDGE = 1e-12;

/**
 * The sigmoid of Platt (1999) with his targets, which keep it from growing too sure, by Newton's method with halved steps
 * (Lin, Lin & Weng 2007). scikit-learn's _sigmoid_calibration minimises the same; its a and b are these with other signs.
 */
export function fitPlatt(scores: Numbers, happened: Uint8Array, weights?: Weights): Sigmoid {
  requireFinite(scores, "score");
  const largest = largestOf(scores) || 1;
  const problem = plattProblem(scores, happened, weightsOf(weights, scores.length), largest);
  let point = problem.start;
  for (let step = 0, near = false; step < MOST_STEPS && !near; step++) ({ point, near } = newtonStep(problem, point));
  return { slope: point.slope / largest, intercept: point.intercept };
}

export const sigmoidAt = ({ slope, intercept }: Sigmoid, score: number): number => logistic(slope * score + intercept);

/** Without overflow on either side. */
export function logistic(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const odds = Math.exp(z);
  return odds / (1 + odds);
}

function largestOf(scores: Numbers): number {
  let largest = 0;
  for (let row = 0; row < scores.length; row++) largest = Math.max(largest, Math.abs(scores[row]!));
  return largest;
}

interface PlattProblem {
  readonly scores: Float64Array;
  readonly targets: Float64Array;
  readonly weights: Weights;
  readonly start: Sigmoid;
}

function plattProblem(scores: Numbers, happened: Uint8Array, weights: Weights, largest: number): PlattProblem {
  let [positives, negatives] = [0, 0];
  weights.forEach((weight, row) => (happened[row] === 1 ? (positives += weight) : (negatives += weight)));
  const [high, low] = [(positives + 1) / (positives + 2), 1 / (negatives + 2)];
  return {
    scores: Float64Array.from(scores, (score) => score / largest),
    targets: Float64Array.from(happened, (mark) => (mark === 1 ? high : low)),
    weights,
    start: { slope: 0, intercept: Math.log((positives + 1) / (negatives + 1)) },
  };
}

/** The next point, and whether it is as near to the minimum as rounding allows: Newton's last step squares what is left. */
function newtonStep(problem: PlattProblem, point: Sigmoid): { point: Sigmoid; near: boolean } {
  const { slope, intercept, slopes, crossed, intercepts } = derivatives(problem, point);
  const determinant = slopes * intercepts - crossed * crossed;
  const stepSlope = -(intercepts * slope - crossed * intercept) / determinant;
  const stepIntercept = -(slopes * intercept - crossed * slope) / determinant;
  const descent = slope * stepSlope + intercept * stepIntercept;
  const before = lossOf(problem, point);
  const after = (share: number) => ({
    slope: point.slope + share * stepSlope,
    intercept: point.intercept + share * stepIntercept,
  });
  if (-descent <= NEAR * before) return { point: after(1), near: true };
  for (let share = 1; share > LEAST_SHARE; share /= 2) {
    if (lossOf(problem, after(share)) < before + SUFFICIENT_DECREASE * share * descent)
      return { point: after(share), near: false };
  }
  return { point, near: true };
}

/** log(1 + exp(z)) − target · z, summed by weight. */
function lossOf({ scores, targets, weights }: PlattProblem, { slope, intercept }: Sigmoid): number {
  let loss = 0;
  for (let row = 0; row < scores.length; row++) {
    const z = slope * scores[row]! + intercept;
    loss += weights[row]! * (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - targets[row]! * z);
  }
  return loss;
}

function derivatives({ scores, targets, weights }: PlattProblem, sigmoid: Sigmoid) {
  const sums = { slope: 0, intercept: 0, slopes: RIDGE, crossed: 0, intercepts: RIDGE };
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    const probability = sigmoidAt(sigmoid, score);
    const gradient = weights[row]! * (probability - targets[row]!);
    const curvature = weights[row]! * probability * (1 - probability);
    sums.slope += gradient * score;
    sums.intercept += gradient;
    sums.slopes += curvature * score * score;
    sums.crossed += curvature * score;
    sums.intercepts += curvature;
  }
  return sums;
}
