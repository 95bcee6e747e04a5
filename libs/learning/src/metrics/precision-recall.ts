import { marginsOf, ratio, sum, type ConfusionMatrix, type Margins } from "./confusion-matrix.js";

/** Of one class by its code, or over all: every class the same, by the rows it has, or all rows put together. */
export type Average = "macro" | "weighted" | "micro" | number;

/** Of the rows predicted as a class, the share that is of it. 0 where none is predicted so. */
export const precision = (matrix: ConfusionMatrix, average: Average): number =>
  averaged(matrix, average, (hits, _actual, predicted) => ratio(hits, predicted));

/** Of the rows of a class, the share that is predicted so. 0 where there are none. */
export const recall = (matrix: ConfusionMatrix, average: Average): number =>
  averaged(matrix, average, (hits, actual) => ratio(hits, actual));

/** The weighted harmonic mean of precision and recall; recall counts beta times as much. */
export const fBeta = (matrix: ConfusionMatrix, average: Average, beta = 1): number =>
  averaged(matrix, average, (hits, actual, predicted) =>
    ratio((1 + beta * beta) * hits, beta * beta * actual + predicted),
  );

export const accuracy = (matrix: ConfusionMatrix): number => {
  const { hits, total } = marginsOf(matrix);
  return sum(hits) / total;
};

/** The mean of the recall of the classes that have rows. */
export function balancedAccuracy(matrix: ConfusionMatrix): number {
  const { hits, actual } = marginsOf(matrix);
  const recalls = hits.map((hit, code) => hit / actual[code]!).filter((_, code) => actual[code]! > 0);
  return sum(recalls) / recalls.length;
}

type ClassScore = (hits: number, actual: number, predicted: number) => number;

function averaged(matrix: ConfusionMatrix, average: Average, score: ClassScore): number {
  const margins = marginsOf(matrix);
  const { hits, actual, predicted, total } = margins;
  const of = (code: number) => score(hits[code]!, actual[code]!, predicted[code]!);
  if (typeof average === "number") return of(average);
  if (average === "micro") return score(sum(hits), total, total);
  const codes = matrix.map((_, code) => code).filter((code) => says(margins, code));
  if (average === "macro") return sum(codes.map(of)) / codes.length;
  return ratio(sum(codes.map((code) => actual[code]! * of(code))), total);
}

/** A class that is neither there nor predicted says nothing. */
const says = ({ actual, predicted }: Margins, code: number): boolean => actual[code]! + predicted[code]! > 0;
