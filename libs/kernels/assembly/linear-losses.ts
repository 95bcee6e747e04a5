import { BINARY, BLOCK, loss, outputs, residuals, rowWeights, scores, SOFTMAX, targets } from "./linear-task";

@inline
function weightOf(row: i32): f64 {
  return rowWeights == 0 ? 1 : load<f64>(rowWeights + (<usize>row << 3));
}

@inline
function targetOf(row: i32): f64 {
  return load<f64>(targets + (<usize>row << 3));
}

@inline
function place(k: i32, row: i32): usize {
  return (<usize>k * BLOCK + row) << 3;
}

/** The loss of the rows from `first` on whose scores are there; their residuals take the place of what was in `residuals`. */
export function lossOfBlock(first: i32, count: i32): f64 {
  memory.fill(residuals, 0, place(outputs, 0));
  if (loss == BINARY && rowWeights == 0) return binaryOfBlock(first, count);
  let sum: f64 = 0;
  for (let row = 0; row < count; row++) sum += weightOf(first + row) * lossOf(row, targetOf(first + row), weightOf(first + row));
  return sum;
}

@inline
function lossOf(row: i32, target: f64, weight: f64): f64 {
  if (loss == BINARY) return binary(row, target, weight);
  return loss == SOFTMAX ? softmax(row, <i32>target, weight) : squared(row, target, weight);
}

function binary(row: i32, target: f64, weight: f64): f64 {
  const score = load<f64>(scores + place(0, row));
  return Math.log1p(residualOf(row, score, target, weight)) + Math.max(0, target > 0.5 ? -score : score);
}

/** Where every row counts the same, the logarithm of the product is taken instead of the sum of logarithms: a block's is below 2^BLOCK. */
function binaryOfBlock(first: i32, count: i32): f64 {
  let product: f64 = 1;
  let sum: f64 = 0;
  for (let row = 0; row < count; row++) {
    const score = load<f64>(scores + place(0, row));
    const target = targetOf(first + row);
    product *= 1 + residualOf(row, score, target, 1);
    sum += Math.max(0, target > 0.5 ? -score : score);
  }
  return sum + Math.log(product);
}

/** Writes the residual; gives e^−|score|, of which the loss is made too. */
@inline
function residualOf(row: i32, score: f64, target: f64, weight: f64): f64 {
  const exponential = Math.exp(-Math.abs(score));
  const probability = (score >= 0 ? 1 : exponential) / (1 + exponential);
  store<f64>(residuals + place(0, row), weight * (probability - target));
  return exponential;
}

function squared(row: i32, target: f64, weight: f64): f64 {
  const residual = load<f64>(scores + place(0, row)) - target;
  store<f64>(residuals + place(0, row), weight * residual);
  return 0.5 * residual * residual;
}

function softmax(row: i32, target: i32, weight: f64): f64 {
  const own = load<f64>(scores + place(target, row));
  const logSum = toProbabilities(row);
  for (let k = 0; k < outputs; k++) {
    const probability = load<f64>(scores + place(k, row));
    store<f64>(residuals + place(k, row), weight * (probability - (k == target ? 1 : 0)));
  }
  return logSum - own;
}

/** Turns the scores of a row into probabilities and returns the logarithm of the sum of their exponentials. */
function toProbabilities(row: i32): f64 {
  let most = load<f64>(scores + place(0, row));
  for (let k = 1; k < outputs; k++) most = Math.max(most, load<f64>(scores + place(k, row)));
  let sum: f64 = 0;
  for (let k = 0; k < outputs; k++) {
    const exponential = Math.exp(load<f64>(scores + place(k, row)) - most);
    store<f64>(scores + place(k, row), exponential);
    sum += exponential;
  }
  for (let k = 0; k < outputs; k++) store<f64>(scores + place(k, row), load<f64>(scores + place(k, row)) / sum);
  return most + Math.log(sum);
}

/** Makes of the scores what `factorOf` needs. */
export function prepareFactors(count: i32): void {
  if (loss == SOFTMAX) {
    for (let row = 0; row < count; row++) toProbabilities(row);
  }
}

/** The second derivative of a row's loss by its scores k and l. */
export function factorOf(first: i32, row: i32, k: i32, l: i32): f64 {
  const weight = weightOf(first + row);
  const score = load<f64>(scores + place(k, row));
  if (loss == SOFTMAX) return weight * score * ((k == l ? 1 : 0) - load<f64>(scores + place(l, row)));
  if (loss != BINARY) return weight;
  const exponential = Math.exp(-Math.abs(score));
  return (weight * exponential) / ((1 + exponential) * (1 + exponential));
}
