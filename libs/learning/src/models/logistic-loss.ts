import type { Objective } from "./lbfgs.js";
import type { SparseRows } from "../data/sparse-rows.js";

// The weights of an output are a block: one for each column, then the intercept.
export const blockSize = (columns: number): number => columns + 1;

/** Log loss of two classes with one output, plus ‖w‖²/(2C) without the intercept; both divided by the number of rows. */
export function binaryLoss(x: SparseRows, y: Int32Array, c: number): Objective {
  return (weights, gradient) => {
    let loss = startGradient(weights, gradient, x, c);
    for (let row = 0; row < x.rows; row++) {
      const margin = score(x, row, weights, 0);
      const toward = y[row] === 1 ? 1 : -1;
      loss += softplus(-toward * margin);
      addRow(x, row, gradient, 0, sigmoid(margin) - y[row]!);
    }
    return scaled(loss, gradient, x.rows);
  };
}

/** Log loss of a softmax over one output for each class, with the same penalty. */
export function softmaxLoss(x: SparseRows, y: Int32Array, classes: number, c: number): Objective {
  const block = blockSize(x.columns);
  const scores = new Float64Array(classes);
  return (weights, gradient) => {
    let loss = startGradient(weights, gradient, x, c);
    for (let row = 0; row < x.rows; row++) {
      for (let k = 0; k < classes; k++) scores[k] = score(x, row, weights, k * block);
      const own = scores[y[row]!]!;
      loss += softmax(scores) - own;
      for (let k = 0; k < classes; k++) addRow(x, row, gradient, k * block, scores[k]! - (k === y[row] ? 1 : 0));
    }
    return scaled(loss, gradient, x.rows);
  };
}

/** One over the second derivatives at 0, where every class is as likely as any other. */
export function preconditionerOf(x: SparseRows, outputs: number, classes: number, c: number): Float64Array {
  const spread = (1 / classes) * (1 - 1 / classes);
  const curvature = new Float64Array(blockSize(x.columns)).fill(1 / c);
  curvature[x.columns] = spread * x.rows;
  for (let entry = 0; entry < x.values.length; entry++) curvature[x.indices[entry]!]! += spread * x.values[entry]! ** 2;
  const inverse = curvature.map((value) => x.rows / value);
  return Float64Array.from({ length: outputs * inverse.length }, (_, index) => inverse[index % inverse.length]!);
}

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

const softplus = (value: number): number =>
  value > 0 ? value + Math.log1p(Math.exp(-value)) : Math.log1p(Math.exp(value));

function startGradient(weights: Float64Array, gradient: Float64Array, { columns }: SparseRows, c: number): number {
  const block = blockSize(columns);
  let penalty = 0;
  for (let index = 0; index < weights.length; index++) {
    const penalised = index % block === columns ? 0 : weights[index]!;
    gradient[index] = penalised / c;
    penalty += penalised * penalised;
  }
  return penalty / (2 * c);
}

export function score(x: SparseRows, row: number, weights: Float64Array, offset: number): number {
  let sum = weights[offset + x.columns]!;
  for (let entry = x.starts[row]!; entry < x.starts[row + 1]!; entry++)
    sum += x.values[entry]! * weights[offset + x.indices[entry]!]!;
  return sum;
}

function addRow(x: SparseRows, row: number, gradient: Float64Array, offset: number, factor: number): void {
  for (let entry = x.starts[row]!; entry < x.starts[row + 1]!; entry++)
    gradient[offset + x.indices[entry]!]! += factor * x.values[entry]!;
  gradient[offset + x.columns]! += factor;
}

function scaled(loss: number, gradient: Float64Array, rows: number): number {
  for (let index = 0; index < gradient.length; index++) gradient[index]! /= rows;
  return loss / rows;
}
