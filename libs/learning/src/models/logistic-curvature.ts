import { blockSize, score, sigmoid, softmax } from "./logistic-loss.js";
import type { Curvature } from "./newton.js";
import type { SparseRows } from "../data/sparse-rows.js";

/** The second derivatives of binaryLoss. */
export const binaryCurvature =
  (x: SparseRows, c: number): Curvature =>
  (weights, hessian) => {
    for (let row = 0; row < x.rows; row++) {
      const probability = sigmoid(score(x, row, weights, 0));
      addOuter(x, row, hessian, weights.length, 0, 0, probability * (1 - probability));
    }
    finish(hessian, weights.length, x, c);
  };

/** The second derivatives of softmaxLoss. */
export function softmaxCurvature(x: SparseRows, classes: number, c: number): Curvature {
  const block = blockSize(x.columns);
  const p = new Float64Array(classes);
  return (weights, hessian) => {
    for (let row = 0; row < x.rows; row++) {
      for (let k = 0; k < classes; k++) p[k] = score(x, row, weights, k * block);
      softmax(p);
      for (let k = 0; k < classes; k++) {
        for (let l = 0; l <= k; l++)
          addOuter(x, row, hessian, weights.length, k * block, l * block, p[k]! * ((k === l ? 1 : 0) - p[l]!));
      }
    }
    finish(hessian, weights.length, x, c);
  };
}

/** Adds factor · x xᵀ to the lower triangle of a block; the intercept is the last entry of a row, with the value 1. */
function addOuter(
  x: SparseRows,
  row: number,
  hessian: Float64Array,
  size: number,
  down: number,
  right: number,
  factor: number,
): void {
  const { starts, indices, values, columns } = x;
  const start = starts[row]!;
  const end = starts[row + 1]!;
  const last = (down + columns) * size + right;
  for (let a = start; a < end; a++) {
    const weighted = factor * values[a]!;
    const line = (down + indices[a]!) * size + right;
    for (let b = start; b <= a; b++) hessian[line + indices[b]!]! += weighted * values[b]!;
    hessian[last + indices[a]!]! += weighted;
  }
  hessian[last + columns]! += factor;
}

function finish(hessian: Float64Array, size: number, x: SparseRows, c: number): void {
  const block = blockSize(x.columns);
  for (let weight = 0; weight < size; weight++)
    if (weight % block !== x.columns) hessian[weight * size + weight]! += 1 / c;
  for (let index = 0; index < hessian.length; index++) hessian[index]! /= x.rows;
  mirrorBlocks(hessian, size, block);
}

/** A block between two classes is symmetric in itself, and lies wholly below the diagonal. */
function mirrorBlocks(hessian: Float64Array, size: number, block: number): void {
  for (let down = block; down < size; down += block) {
    for (let right = 0; right < down; right += block) {
      for (let a = 0; a < block; a++) {
        for (let b = 0; b < a; b++) hessian[(down + b) * size + right + a] = hessian[(down + a) * size + right + b]!;
      }
    }
  }
}
