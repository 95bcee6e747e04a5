import type { SparseRows } from "../data/sparse-rows.js";
import type { TrainingData } from "./family.js";
import { totalOf, type LinearProblem } from "./linear-problem.js";
import { binaryLoss, softmaxLoss, type RowLoss } from "./logistic-loss.js";

const losses = { binary: binaryLoss, softmax: softmaxLoss };

/** A problem on rows that are mostly 0; its columns are seen as they are, because to centre them would fill them. */
export function sparseProblem(
  data: TrainingData,
  x: SparseRows,
  name: keyof typeof losses,
  outputs: number,
): LinearProblem {
  const { columns } = x;
  const frame = { shift: new Float64Array(columns), scale: new Float64Array(columns).fill(1) };
  const rows: WeighedRows = { x, y: data.y, weightOf: weightsOf(data), loss: losses[name], outputs };
  const total = totalOf(data);
  return {
    ...{ outputs, columns, total, ...frame },
    objective: (weights, gradient) => meanLoss(rows, weights, gradient, total),
    curvature: (weights, hessian) => meanCurvature(rows, weights, hessian, total),
    close: () => undefined,
  };
}

interface WeighedRows {
  readonly x: SparseRows;
  readonly y: ArrayLike<number>;
  readonly weightOf: (row: number) => number;
  readonly loss: RowLoss;
  readonly outputs: number;
}

const weightsOf = ({ weights }: TrainingData): ((row: number) => number) =>
  weights === undefined ? () => 1 : (row) => weights[row]!;

function meanLoss(rows: WeighedRows, weights: Float64Array, gradient: Float64Array, total: number): number {
  const { x, y, weightOf, loss, outputs } = rows;
  const scores = new Float64Array(outputs);
  let sum = 0;
  gradient.fill(0);
  for (let row = 0; row < x.rows; row++) {
    scoresOf(x, row, weights, scores);
    sum += weightOf(row) * loss.first(scores, y[row]!);
    for (let k = 0; k < outputs; k++) addRow(x, row, gradient, k * (x.columns + 1), weightOf(row) * scores[k]!);
  }
  for (let index = 0; index < gradient.length; index++) gradient[index]! /= total;
  return sum / total;
}

function scoresOf(x: SparseRows, row: number, weights: Float64Array, scores: Float64Array): void {
  const { starts, indices, values, columns } = x;
  for (let k = 0; k < scores.length; k++) {
    const offset = k * (columns + 1);
    let sum = weights[offset + columns]!;
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry++)
      sum += values[entry]! * weights[offset + indices[entry]!]!;
    scores[k] = sum;
  }
}

function addRow(x: SparseRows, row: number, gradient: Float64Array, offset: number, factor: number): void {
  for (let entry = x.starts[row]!; entry < x.starts[row + 1]!; entry++)
    gradient[offset + x.indices[entry]!]! += factor * x.values[entry]!;
  gradient[offset + x.columns]! += factor;
}

function meanCurvature(rows: WeighedRows, weights: Float64Array, hessian: Float64Array, total: number): void {
  const { x, weightOf, loss, outputs } = rows;
  const block = x.columns + 1;
  const scores = new Float64Array(outputs);
  hessian.fill(0);
  for (let row = 0; row < x.rows; row++) {
    scoresOf(x, row, weights, scores);
    loss.prepare(scores);
    for (let k = 0; k < outputs; k++) {
      for (let l = 0; l <= k; l++)
        addOuter(
          x,
          row,
          { hessian, side: weights.length },
          k * block,
          l * block,
          weightOf(row) * loss.second(scores, k, l),
        );
    }
  }
  for (let index = 0; index < hessian.length; index++) hessian[index]! /= total;
  mirrorBlocks(hessian, weights.length, block);
}

interface Square {
  readonly hessian: Float64Array;
  readonly side: number;
}

/** Adds factor · x xᵀ to the lower triangle of a block; the intercept is the last entry of a row, with the value 1. */
function addOuter(x: SparseRows, row: number, square: Square, down: number, right: number, factor: number): void {
  const { starts, indices, values, columns } = x;
  const { hessian, side } = square;
  const start = starts[row]!;
  const end = starts[row + 1]!;
  const last = (down + columns) * side + right;
  for (let a = start; a < end; a++) {
    const weighted = factor * values[a]!;
    const line = (down + indices[a]!) * side + right;
    for (let b = start; b <= a; b++) hessian[line + indices[b]!]! += weighted * values[b]!;
    hessian[last + indices[a]!]! += weighted;
  }
  hessian[last + columns]! += factor;
}

/** A block between two classes is symmetric in itself, and lies wholly below the diagonal. */
function mirrorBlocks(hessian: Float64Array, side: number, block: number): void {
  for (let down = block; down < side; down += block) {
    for (let right = 0; right < down; right += block) {
      for (let a = 0; a < block; a++) {
        for (let b = 0; b < a; b++) hessian[(down + b) * side + right + a] = hessian[(down + a) * side + right + b]!;
      }
    }
  }
}
