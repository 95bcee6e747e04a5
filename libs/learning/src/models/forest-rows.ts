import type { TrainingData } from "./family.js";
import { drawsOf, type ForestParameters } from "./forest-parameters.js";

/** What the kernel counts: whole numbers, so that no order of adding matters. */
export interface ForestRows {
  readonly weights: Uint32Array;
  /** What a weight of 1 stands for. */
  readonly weightUnit: number;
  readonly weighted: number;
  /** The weight that a tree has at most. */
  readonly treeWeight: number;
  /** How likely each row is drawn, as the kernel draws; undefined where all are as likely. */
  readonly aliases: Uint32Array | undefined;
  readonly labels: Uint8Array;
  /** Targets of a regression less the middle of their range, in units; their sum over a tree stays exact in a float64. */
  readonly targets: Float64Array;
  readonly targetMiddle: number;
  readonly targetUnit: number;
}

/** An entry of the kernel has 24 bits for a weight. */
const MOST_WEIGHT = 2 ** 24 - 1;
/** And a cell 31 for the sum. */
const MOST_SUM = 2 ** 31 - 1;
/** Sums of weight × target stay below 2^53: what weights take, targets lack. */
const EXACT_BITS = 53;
/** Weights of a regression that are no whole numbers are told to 1/256 of their mean, or finer where rows are few. */
const FINE_SUM = 2 ** 27;
const FINE_MEAN = 256;

export function forestRowsOf(data: TrainingData, parameters: ForestParameters): ForestRows {
  const counted = parameters.bootstrap ? drawnWeights(data) : countedWeights(data);
  const sum = counted.weights.reduce((total, weight) => total + weight, 0);
  const weighted = counted.weights.reduce((total, weight) => total + Number(weight > 0), 0);
  const treeWeight = parameters.bootstrap ? drawsOf(parameters, data.x.rows) : sum;
  return { ...counted, weighted, treeWeight, ...answersOf(data, counted.weights, Math.max(sum, treeWeight)) };
}

/** A row of a bootstrap counts as often as it is drawn; its weight says how likely that is. */
function drawnWeights({ x, weights }: TrainingData) {
  if (weights === undefined || weights.every((weight) => weight === weights[0])) {
    return { weights: new Uint32Array(x.rows).fill(1), weightUnit: 1, aliases: undefined };
  }
  const drawn = Uint32Array.from(weights, (weight) => Number(weight > 0));
  return { weights: drawn, weightUnit: 1, aliases: aliasesOf(weights) };
}

function countedWeights({ x, classes, weights }: TrainingData) {
  if (weights === undefined) return { weights: new Uint32Array(x.rows).fill(1), weightUnit: 1, aliases: undefined };
  const [sum, most] = weights.reduce(([total, high], weight) => [total + weight, Math.max(high, weight)], [0, 0]);
  const whole = weights.every(Number.isInteger) && sum <= MOST_SUM && most <= MOST_WEIGHT;
  const mostSum = classes > 0 ? MOST_SUM / 2 : Math.max(FINE_SUM, FINE_MEAN * x.rows);
  const scale = whole ? 1 : 2 ** Math.floor(Math.log2(Math.min(mostSum / sum, MOST_WEIGHT / most)));
  const counted = Uint32Array.from(weights, (weight) => (weight > 0 ? Math.max(1, Math.round(weight * scale)) : 0));
  return { weights: counted, weightUnit: 1 / scale, aliases: undefined };
}

function answersOf({ x, y, classes }: TrainingData, weights: Uint32Array, treeWeight: number) {
  if (classes > 0) return { labels: Uint8Array.from(y), targets: new Float64Array(0), targetMiddle: 0, targetUnit: 1 };
  const { middle, farthest } = rangeOf(y, weights);
  const bits = Math.min(EXACT_BITS - 1, EXACT_BITS - Math.ceil(Math.log2(treeWeight)));
  const targetUnit = farthest > 0 ? 2 ** (Math.ceil(Math.log2(farthest)) - bits) : 1;
  const targets = Float64Array.from(y, (value) => Math.round((value - middle) / targetUnit));
  return { labels: new Uint8Array(x.rows), targets, targetMiddle: middle, targetUnit };
}

/** Taken from the middle of their range, targets do not depend on the order of the rows, as they would from their mean. */
function rangeOf(y: TrainingData["y"], weights: Uint32Array): { middle: number; farthest: number } {
  let [least, most] = [Infinity, -Infinity];
  for (let row = 0; row < y.length; row++) {
    if (weights[row] === 0) continue;
    least = Math.min(least, y[row]!);
    most = Math.max(most, y[row]!);
  }
  const middle = least / 2 + most / 2;
  return { middle, farthest: Math.max(most - middle, middle - least) };
}

/** The alias method's table (Vose 1991): up to which 32 bits a row is drawn itself, and which one is drawn instead. */
function aliasesOf(weights: Float64Array): Uint32Array {
  const rows = weights.length;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const shares = weights.map((weight) => (weight / sum) * rows);
  const table = new Uint32Array(rows * 2);
  const small: number[] = [];
  const large: number[] = [];
  shares.forEach((share, row) => (share < 1 ? small : large).push(row));
  while (small.length > 0 && large.length > 0) {
    const [row, other] = [small.pop()!, large[large.length - 1]!];
    table.set([thresholdOf(shares[row]!), other], row * 2);
    shares[other]! -= 1 - shares[row]!;
    if (shares[other]! < 1) small.push(large.pop()!);
  }
  for (const row of [...small, ...large]) table.set(ownOnly(row, weights), row * 2);
  return table;
}

const MOST_BITS = 2 ** 32 - 1;

const thresholdOf = (share: number): number => Math.max(0, Math.ceil(share * 2 ** 32) - 1);

/** Rounding may leave a row over that has no weight: it gives its place to the heaviest. */
function ownOnly(row: number, weights: Float64Array): [number, number] {
  if (weights[row]! > 0) return [MOST_BITS, row];
  const heaviest = weights.reduce((best, weight, other) => (weight > weights[best]! ? other : best), 0);
  return [0, heaviest];
}
