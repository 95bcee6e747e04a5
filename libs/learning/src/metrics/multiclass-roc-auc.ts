import type { Measure, Weights } from "./measure.js";
import { rankingOf, type Ranking } from "./ranking.js";

/** Each class against all others, or each pair of classes by itself (Hand & Till 2001). */
export type MulticlassAuc = "one-vs-rest" | "one-vs-one";
/** Every class or pair counts the same, or by how many rows it has. */
export type AucAverage = "macro" | "weighted";

export interface ClassScores {
  readonly labels: Int32Array;
  /** rows × classes, row by row. */
  readonly probabilities: Float64Array;
  readonly classes: number;
}

/** The ROC-AUC of several classes, averaged as scikit-learn does; undefined where a class has no rows. */
export function multiclassRocAucMeasure(
  { labels, probabilities, classes }: ClassScores,
  how: MulticlassAuc = "one-vs-rest",
  average: AucAverage = "macro",
  rankingBy = (code: number): Ranking => rankingOf(columnOf(probabilities, classes, code)),
): Measure {
  const rankings = Array.from({ length: classes }, (_, code) => rankingBy(code));
  return (weights) => {
    const sizes = classWeights(labels, classes, weights);
    if (sizes.some((size) => size === 0)) return undefined;
    const wins = rankings.map((ranking, code) => winsOf(ranking, labels, code, classes, weights));
    return how === "one-vs-rest" ? oneVsRest(wins, sizes, average) : oneVsOne(wins, sizes, average);
  };
}

export function columnOf(probabilities: Float64Array, classes: number, code: number): Float64Array {
  const column = new Float64Array(probabilities.length / classes);
  for (let row = 0; row < column.length; row++) column[row] = probabilities[row * classes + code]!;
  return column;
}

function classWeights(labels: Int32Array, classes: number, weights: Weights): Float64Array {
  const sizes = new Float64Array(classes);
  for (let row = 0; row < labels.length; row++) sizes[labels[row]!]! += weights[row]!;
  return sizes;
}

/** How often rows of the class beat rows of each other class by this class's score, for all of them in one pass. */
function winsOf({ order, ends }: Ranking, labels: Int32Array, code: number, classes: number, weights: Weights) {
  const wins = new Float64Array(classes);
  const below = new Float64Array(classes);
  const tied = new Float64Array(classes);
  for (let index = 0; index < order.length; index++) {
    const row = order[index]!;
    tied[labels[row]!]! += weights[row]!;
    if (ends[index] === 0) continue;
    for (let other = 0; other < classes; other++) wins[other]! += tied[code]! * (below[other]! + tied[other]! / 2);
    for (let other = 0; other < classes; other++) below[other]! += tied[other]!;
    tied.fill(0);
  }
  return wins;
}

function oneVsRest(wins: readonly Float64Array[], sizes: Float64Array, average: AucAverage): number {
  const total = sum(sizes);
  const areas = wins.map((won, code) => (sum(won) - won[code]!) / (sizes[code]! * (total - sizes[code]!)));
  return weightedMean(areas, average === "macro" ? areas.map(() => 1) : [...sizes]);
}

function oneVsOne(wins: readonly Float64Array[], sizes: Float64Array, average: AucAverage): number {
  const areas: number[] = [];
  const prevalences: number[] = [];
  for (let a = 0; a < sizes.length; a++) {
    for (let b = a + 1; b < sizes.length; b++) {
      areas.push((wins[a]![b]! + wins[b]![a]!) / (2 * sizes[a]! * sizes[b]!));
      prevalences.push(sizes[a]! + sizes[b]!);
    }
  }
  return weightedMean(areas, average === "macro" ? areas.map(() => 1) : prevalences);
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
const weightedMean = (values: readonly number[], weights: readonly number[]): number =>
  sum(values.map((value, index) => value * weights[index]!)) / sum(weights);
