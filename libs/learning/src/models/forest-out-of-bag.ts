import type { TrainingData } from "./family.js";
import type { ForestKernel } from "./forest-kernel.js";

/** How well rows are predicted by the trees that have not seen them (Breiman 1996). */
export type OutOfBag =
  | { readonly rows: number; readonly accuracy: number; readonly logLoss: number }
  | { readonly rows: number; readonly r2: number; readonly rmse: number };

/** Undefined where every row has been seen by every tree. */
export function outOfBagOf(kernel: ForestKernel, data: TrainingData): OutOfBag | undefined {
  if (!kernel.size.outOfBag) return undefined;
  return data.classes > 0 ? classScore(kernel, data) : valueScore(kernel, data);
}

/** scikit-learn keeps probabilities this far from 0. */
const EPSILON = Number.EPSILON;

function classScore({ program, places }: ForestKernel, { x, y, classes, weights }: TrainingData): OutOfBag | undefined {
  const sums = new Uint32Array(program.memory.buffer, places.unseenSums, x.rows * classes);
  let [rows, weight, right, loss] = [0, 0, 0, 0];
  for (let row = 0; row < x.rows; row++) {
    const { total, best } = sharesOf(sums, row * classes, classes);
    if (total === 0) continue;
    const own = weights?.[row] ?? 1;
    rows += 1;
    weight += own;
    if (best === y[row]) right += own;
    loss -= own * Math.log(Math.max(EPSILON, sums[row * classes + y[row]!]! / total));
  }
  return rows === 0 ? undefined : { rows, accuracy: right / weight, logLoss: loss / weight };
}

/** All that was said of a row, and the class of which most was said, the first of several. */
function sharesOf(sums: Uint32Array, first: number, classes: number): { total: number; best: number } {
  let [total, best] = [0, 0];
  for (let label = 0; label < classes; label++) {
    total += sums[first + label]!;
    if (sums[first + label]! > sums[first + best]!) best = label;
  }
  return { total, best };
}

function valueScore(kernel: ForestKernel, { x, y, weights }: TrainingData): OutOfBag | undefined {
  const predicted = meansOf(kernel, x.rows);
  let [rows, weight, sum, error, spread] = [0, 0, 0, 0, 0];
  predicted.forEach((value, row) => {
    if (Number.isNaN(value)) return;
    const own = weights?.[row] ?? 1;
    rows += 1;
    weight += own;
    sum += own * y[row]!;
    error += own * (y[row]! - value) ** 2;
  });
  if (rows === 0) return undefined;
  predicted.forEach((value, row) => {
    if (!Number.isNaN(value)) spread += (weights?.[row] ?? 1) * (y[row]! - sum / weight) ** 2;
  });
  return { rows, r2: spread > 0 ? 1 - error / spread : 0, rmse: Math.sqrt(error / weight) };
}

/** NaN for a row that every tree has seen. */
function meansOf({ program, places, rows: { targetMiddle, targetUnit } }: ForestKernel, rows: number): Float64Array {
  const sums = new BigInt64Array(program.memory.buffer, places.unseenSums, rows * 2);
  return Float64Array.from({ length: rows }, (_, row) => {
    const count = Number(sums[row * 2 + 1]);
    return count === 0 ? NaN : targetMiddle + (Number(sums[row * 2]) / count) * targetUnit;
  });
}
