import type { Random } from "../data/random.js";
import type { TrainingData } from "./family.js";
import type { BoostingParameters, Objective } from "./gradient-boosting-parameters.js";
import type { Labels } from "./gradient-boosting-targets.js";

/** Rows that are not learned from, for telling when to stop: given, or drawn, from each class the same share. */
export function validationRowsOf(parameters: BoostingParameters, data: TrainingData, random: Random): Int32Array {
  if (parameters.earlyStopping === 0) return new Int32Array(0);
  if (parameters.validationRows.length > 0) return Int32Array.from(parameters.validationRows);
  const rows = random.shuffle(Array.from(data.y.keys()));
  const groups = data.classes === 0 ? [rows] : rowsByClass(rows, data);
  const taken = groups.flatMap((group) => group.slice(0, Math.floor(group.length * parameters.validationShare)));
  return Int32Array.from(taken).sort();
}

function rowsByClass(rows: readonly number[], { y, classes }: TrainingData): number[][] {
  const groups = Array.from({ length: classes }, (): number[] => []);
  for (const row of rows) groups[y[row]!]!.push(row);
  return groups;
}

/** The mean loss of the validation rows by the scores that the kernel has for them. */
export function validationLossOf(
  objective: Objective,
  rows: Int32Array,
  labels: Labels,
  weights: Float64Array | undefined,
  scores: readonly Float32Array[],
  quantile: number,
): () => number {
  const lossOf = losses(scores, quantile)[objective];
  return () => {
    let [sum, all] = [0, 0];
    for (const row of rows) {
      const weight = weights?.[row] ?? 1;
      sum += weight * lossOf(row, labels[row]!);
      all += weight;
    }
    return sum / all;
  };
}

type RowLoss = (row: number, label: number) => number;

function losses(scores: readonly Float32Array[], quantile: number): Record<Objective, RowLoss> {
  const first = scores[0]!;
  return {
    logistic: (row, label) => Math.log1p(Math.exp(label === 1 ? -first[row]! : first[row]!)),
    softmax: (row, label) => logSumExp(scores, row) - scores[label]![row]!,
    squared: (row, label) => (first[row]! - label) ** 2,
    absolute: (row, label) => Math.abs(first[row]! - label),
    quantile: (row, label) => Math.max(quantile * (label - first[row]!), (quantile - 1) * (label - first[row]!)),
  };
}

function logSumExp(scores: readonly Float32Array[], row: number): number {
  let most = -Infinity;
  for (const score of scores) most = Math.max(most, score[row]!);
  let sum = 0;
  for (const score of scores) sum += Math.exp(score[row]! - most);
  return most + Math.log(sum);
}

/** Keeps the best round, and says when there has been none better for long enough. */
export function stopperOf(patience: number) {
  const losses: number[] = [];
  let bestRounds = 0;
  return {
    losses,
    bestRounds: () => bestRounds,
    isOver(loss: number): boolean {
      losses.push(loss);
      if (losses.length === 1 || loss < losses[bestRounds - 1]!) bestRounds = losses.length;
      return losses.length - bestRounds >= patience;
    },
  };
}
